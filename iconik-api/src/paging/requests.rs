//! The requests of a list that are under way.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::place::Place;
use crate::error::Result;
use crate::http::call::ResponseFuture;
use crate::http::decode::Raw;
use crate::http::response::RawResponse;

/// The requests that are under way, in the order of their pages.
pub(super) struct Requests {
    queue: VecDeque<Fetch>,
    /// How many there may be.
    most: usize,
}

struct Fetch {
    place: Place,
    response: Response,
}

enum Response {
    Waiting(ResponseFuture<Raw>),
    Here(Result<RawResponse>),
}

impl Requests {
    pub(super) fn new() -> Self {
        Self {
            queue: VecDeque::new(),
            most: 1,
        }
    }

    pub(super) fn set_most(&mut self, most: usize) {
        self.most = most.max(1);
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= self.most
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }

    /// Drops all requests, unless the first one is for this place.
    pub(super) fn keep_from(&mut self, place: &Place) {
        if self
            .queue
            .front()
            .is_some_and(|fetch| fetch.place != *place)
        {
            self.queue.clear();
        }
    }

    /// Returns the place of the request that was sent last.
    pub(super) fn last(&self) -> Option<&Place> {
        self.queue.back().map(|fetch| &fetch.place)
    }

    pub(super) fn push(&mut self, place: Place, response: ResponseFuture<Raw>) {
        self.queue.push_back(Fetch {
            place,
            response: Response::Waiting(response),
        });
    }

    /// Moves all requests on; returns the first one when it is done.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Option<(Place, Result<RawResponse>)> {
        for fetch in &mut self.queue {
            if let Response::Waiting(waiting) = &mut fetch.response {
                if let Poll::Ready(response) = Pin::new(waiting).poll(context) {
                    fetch.response = Response::Here(response);
                }
            }
        }
        let first = self.queue.pop_front()?;
        match first.response {
            Response::Here(response) => Some((first.place, response)),
            Response::Waiting(_) => {
                self.queue.push_front(first);
                None
            }
        }
    }
}
