//! Reports the progress of a job of your own.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Result;
use crate::ids::JobId;
use crate::jobs::{Job, JobPatch, JobStatus, JobsHandle, NewJob};

impl JobsHandle {
    /// Creates a job for work that this program does, and returns what reports its progress.
    ///
    /// Users see the job in iconik's list of jobs. The job is created with its own status, usually
    /// `STARTED`, and without a total of its own it counts to 100.
    ///
    /// ```
    /// use iconik_api::jobs::{JobStatus, JobType, NewJob};
    ///
    /// # async fn example(client: iconik_api::Client, rows: Vec<String>) -> iconik_api::Result<()> {
    /// let job = NewJob::new("Import of a spreadsheet", JobType::Custom, JobStatus::Started)
    ///     .progress_total(rows.len() as i64);
    /// let mut report = client.jobs().start(job).await?;
    /// for (number, row) in rows.iter().enumerate() {
    ///     println!("{row}");
    ///     report.progress(number as i64 + 1).await?;
    ///     if report.must_stop() {
    ///         report.abort().await?;
    ///         return Ok(());
    ///     }
    /// }
    /// report.finish().await?;
    /// # Ok(())
    /// # }
    /// # iconik_api::mock::run_example(|client| example(client, vec!["a row".to_owned()]));
    /// ```
    ///
    /// # Errors
    ///
    /// If the job cannot be created, or the response contains no id.
    pub async fn start(&self, job: impl Into<NewJob>) -> Result<JobReport> {
        let mut job = job.into();
        let total = *job.progress_total.get_or_insert(100);
        let processed = *job.progress_processed.get_or_insert(0);
        let job = self.create(job).await?;
        let Some(id) = job.id else {
            return Err(crate::MissingFieldError::new("Job", "id").into());
        };
        Ok(JobReport {
            jobs: self.clone(),
            id,
            total,
            processed,
            sent: Instant::now(),
            pause: Duration::from_secs(1),
            status: job.status,
        })
    }
}

/// Reports the progress of a job that this program does.
///
/// Returned by [`JobsHandle::start`]. A report that is dropped sends nothing: the job remains as it
/// was reported last. End it with [`finish`](Self::finish), [`fail`](Self::fail) or
/// [`abort`](Self::abort).
#[derive(Debug)]
#[must_use = "the job remains unfinished until `finish`, `fail` or `abort`"]
pub struct JobReport {
    jobs: JobsHandle,
    id: JobId,
    total: i64,
    processed: i64,
    /// When the progress was sent last.
    sent: Instant,
    pause: Duration,
    /// The status in the last response.
    status: Option<JobStatus>,
}

impl JobReport {
    /// Returns the id of the job.
    #[must_use]
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Sets the pause between two reports of progress. Default: 1 second.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Reports how much of the total is done.
    ///
    /// Sends at most one request in each [`pause`](Self::pause), so that it can be called for every
    /// item. The complete work is always reported by [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// If the request fails. The work may go on all the same.
    pub async fn progress(&mut self, processed: i64) -> Result<()> {
        self.processed = processed;
        if self.sent.elapsed() < self.pause {
            return Ok(());
        }
        self.send(JobPatch::new()).await
    }

    /// Reports what the job is doing, and the progress, at once.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn message(&mut self, message: impl Into<String>) -> Result<()> {
        self.send(JobPatch::new().message(message)).await
    }

    /// Returns `true` if a user has aborted the job, as of the last response.
    ///
    /// iconik does not end the work of a program: stop it and call [`abort`](Self::abort).
    #[must_use]
    pub fn must_stop(&self) -> bool {
        matches!(
            self.status,
            Some(JobStatus::AbortPending | JobStatus::Aborted)
        )
    }

    /// Ends the job: all is done.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn finish(self) -> Result<Job> {
        let patch = JobPatch::new().progress_processed(self.total);
        self.end(patch.status(JobStatus::Finished)).await
    }

    /// Ends the job: all is done, but not everything was successful.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn finish_with_warning(self, message: impl Into<String>) -> Result<Job> {
        let patch = JobPatch::new().progress_processed(self.total);
        self.end(
            patch
                .status(JobStatus::FinishedWithWarning)
                .message(message),
        )
        .await
    }

    /// Ends the job: it failed, for this reason.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn fail(self, error_message: impl Into<String>) -> Result<Job> {
        let patch = JobPatch::new().progress_processed(self.processed);
        self.end(patch.status(JobStatus::Failed).error_message(error_message))
            .await
    }

    /// Ends the job: it was stopped before its end.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn abort(self) -> Result<Job> {
        let patch = JobPatch::new().progress_processed(self.processed);
        self.end(patch.status(JobStatus::Aborted)).await
    }

    async fn send(&mut self, patch: JobPatch) -> Result<()> {
        let patch = patch.progress_processed(self.processed);
        self.sent = Instant::now();
        let job = self.jobs.update(&self.id, patch).await?;
        self.status = job.status;
        Ok(())
    }

    async fn end(self, patch: JobPatch) -> Result<Job> {
        self.jobs.update(&self.id, patch).await
    }
}
