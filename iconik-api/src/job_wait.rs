//! Waits until a job of iconik has ended.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::http::meta::Endpoint;
use crate::ids::JobId;
use crate::jobs::{Job, JobReference, JobStatus, JobsHandle};
use crate::wait::PollOptions;

/// How long the list of jobs may take to show the jobs that failed.
const CHILDREN: PollOptions = PollOptions::up_to(std::time::Duration::from_secs(5));

/// How many messages of the jobs that belong to a job are read.
const MOST_CAUSES: i64 = 100;

/// How many characters of messages [`JobFailure`] prints.
const MOST_TEXT: usize = 1_000;

/// A value that names a job: an id, a job, or the response of an action that starts one.
///
/// Implement it for a response that is read as a type of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` contains no id of a job",
    label = "expected a `JobId`, a `Job`, or the response of an action that starts a job",
    note = "a request is not yet a response: await it first"
)]
pub trait HasJobId {
    /// Returns the id of the job, if there is one.
    fn job_id(&self) -> Option<JobId>;
}

impl JobStatus {
    /// Returns `true` if a job with this status does not change any more.
    ///
    /// A job that waits for a user (`PENDING_USER`) or is paused may still go on. A status that this
    /// version does not know is not final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_success() || matches!(self, Self::Failed | Self::Aborted | Self::Discarded)
    }

    /// Returns `true` if the work is done, if a part of it failed with a warning, or if it was not
    /// necessary.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(
            self,
            Self::Finished | Self::FinishedWithWarning | Self::Skipped
        )
    }
}

impl JobsHandle {
    /// Waits until a job has ended, and returns it.
    ///
    /// `job` is an id, a [`Job`], or the response of any action that starts a job. A job that is
    /// finished, finished with a warning or skipped is returned; its `status` says which.
    ///
    /// ```
    /// use std::time::Duration;
    /// use iconik_api::wait::PollOptions;
    ///
    /// # async fn example(client: iconik_api::Client) -> iconik_api::Result<()> {
    /// let job_id = "2c5bfe1a-f149-11eb-a843-0a580a3db916";
    /// let limit = PollOptions::up_to(Duration::from_secs(600));
    /// match client.jobs().wait_for(job_id, limit).await {
    ///     Ok(job) => println!("{:?}", job.status),
    ///     Err(error) => {
    ///         for cause in error.job_failure().iter().flat_map(|failure| failure.causes()) {
    ///             eprintln!("{:?}: {:?}", cause.title, cause.error_message);
    ///         }
    ///         return Err(error);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Job`] if the job failed, was aborted or was discarded;
    ///   [`Error::job_failure`] returns the job and the messages of the jobs that belong to it.
    /// - [`ErrorKind::Timeout`] if the job has not ended in time.
    /// - [`ErrorKind::Decode`] if the response contains no id of a job.
    /// - The first error of a request for the job.
    pub async fn wait_for(&self, job: impl HasJobId, options: PollOptions) -> Result<Job> {
        self.watch(job, options, |_| {}).await
    }

    /// Waits as [`wait_for`](Self::wait_for) does, and shows the job each time it was requested, for
    /// a progress bar.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub async fn watch(
        &self,
        job: impl HasJobId,
        options: PollOptions,
        mut show: impl FnMut(&Job),
    ) -> Result<Job> {
        let Some(job_id) = job.job_id() else {
            let error = Error::new(ErrorKind::Decode, Endpoint::None);
            return Err(error.detail("the response contains no id of a job to wait for"));
        };
        let mut last = None;
        let ended = options
            .until(
                || self.get(&job_id),
                |job: &Job| {
                    show(job);
                    last.clone_from(&job.status);
                    job.status.as_ref().is_some_and(JobStatus::is_final)
                },
            )
            .await;
        match ended {
            Ok(job) if job.status.as_ref().is_some_and(JobStatus::is_success) => Ok(job),
            Ok(job) => Err(self.failure(&job_id, job).await),
            // Of the waiting, not of a request.
            Err(error) if error.is_timeout() && error.action().is_none() => {
                let status = match &last {
                    Some(status) => format!("is still {}", status.as_str()),
                    None => "has no known status yet".to_owned(),
                };
                Err(error.detail(format!("the job {job_id} {status}: it did not end in time")))
            }
            Err(error) => Err(error),
        }
    }

    /// Collects the reasons for which a job did not succeed.
    async fn failure(&self, job_id: &JobId, job: Job) -> Error {
        let mut causes = Vec::new();
        let mut causes_error = None;
        if job.has_children == Some(true) {
            let list = || {
                let list = self.list().parent_id(job_id).status(JobStatus::Failed);
                list.facets(false).per_page(MOST_CAUSES)
            };
            // The list comes from the search index, which lags behind.
            match CHILDREN.until(list, |page| !page.objects.is_empty()).await {
                Ok(page) => causes = page.objects,
                Err(error) if error.is_timeout() && error.action().is_none() => {}
                Err(error) => causes_error = Some(error),
            }
        }
        let failure = JobFailure {
            job,
            causes,
            causes_error,
        };
        Error::new(ErrorKind::Job, Endpoint::None)
            .detail(failure.to_string())
            .source(failure)
    }
}

/// A job failed, was aborted or was discarded.
///
/// It is the source of an [`Error`] of the kind [`ErrorKind::Job`]; [`Error::job_failure`] returns it.
#[derive(Debug)]
pub struct JobFailure {
    job: Job,
    causes: Vec<Job>,
    causes_error: Option<Error>,
}

impl JobFailure {
    /// Returns the job.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Returns the jobs that belong to the job and failed, at most 100.
    ///
    /// The `error_message` of a job with children is often absent: theirs say what went wrong.
    #[must_use]
    pub fn causes(&self) -> &[Job] {
        &self.causes
    }

    /// Returns why the jobs that belong to the job could not be listed, if that failed.
    #[must_use]
    pub fn causes_error(&self) -> Option<&Error> {
        self.causes_error.as_ref()
    }
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let status = self
            .job
            .status
            .as_ref()
            .map_or("unknown", |status| status.as_str());
        let id = self.job.id.as_ref().map_or("", |id| id.as_str());
        let mut text = format!("the job {id} ended with the status {status}");
        let messages = std::iter::once(&self.job)
            .chain(&self.causes)
            .filter_map(|job| job.error_message.as_deref())
            .map(str::trim)
            .filter(|message| !message.is_empty());
        let mut seen = Vec::new();
        for message in messages {
            // Many jobs often fail for one reason.
            if !seen.contains(&message) {
                text.push_str(if seen.is_empty() { ": " } else { "; " });
                text.push_str(message);
                seen.push(message);
            }
        }
        for (at, char) in text.chars().enumerate() {
            if at == MOST_TEXT {
                return f.write_char('…');
            }
            // Control characters could forge lines of a log.
            f.write_char(if char.is_control() { ' ' } else { char })?;
        }
        Ok(())
    }
}

impl std::error::Error for JobFailure {}

impl Error {
    /// Returns the job that failed and the messages of the jobs that belong to it, if this is the
    /// error of a job that was waited for.
    ///
    /// Needs the cargo feature `jobs`.
    #[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
    pub fn job_failure(&self) -> Option<&JobFailure> {
        std::error::Error::source(self)?.downcast_ref()
    }
}

impl<T: HasJobId + ?Sized> HasJobId for &T {
    fn job_id(&self) -> Option<JobId> {
        (**self).job_id()
    }
}

impl<T: HasJobId> HasJobId for Option<T> {
    fn job_id(&self) -> Option<JobId> {
        self.as_ref()?.job_id()
    }
}

impl HasJobId for JobId {
    fn job_id(&self) -> Option<JobId> {
        Some(self.clone())
    }
}

impl HasJobId for str {
    fn job_id(&self) -> Option<JobId> {
        Some(self.into())
    }
}

impl HasJobId for String {
    fn job_id(&self) -> Option<JobId> {
        Some(self.into())
    }
}

impl HasJobId for Job {
    fn job_id(&self) -> Option<JobId> {
        self.id.clone()
    }
}

/// The responses that contain the id of a job.
macro_rules! responses {
    ($($(#[$feature:meta])* $response:path),* $(,)?) => {$(
        $(#[$feature])*
        impl HasJobId for $response {
            fn job_id(&self) -> Option<JobId> {
                self.job_id.clone()
            }
        }
    )*};
}

responses! {
    JobReference,
    #[cfg(feature = "assets")] crate::assets::ApprovalJob,
    #[cfg(feature = "assets")] crate::assets::CollectionRestore,
    #[cfg(feature = "files")] crate::files::StartedJob,
    #[cfg(feature = "files")] crate::files::TransferJob,
    #[cfg(feature = "metadata")] crate::metadata::MetadataValues,
    #[cfg(feature = "search")] crate::search::ReindexJob,
    #[cfg(feature = "transcode")] crate::transcode::TranscodeJob,
    #[cfg(feature = "transcode")] crate::transcode::QueuedTranscodeJob,
    #[cfg(feature = "transcode")] crate::transcode::StorageJob,
    #[cfg(feature = "transcode")] crate::transcode::EdgeJob,
    #[cfg(feature = "users")] crate::users::ReindexJob,
}
