//! The data types as values of paths, queries and headers.

use crate::{Id, ParamSink, ParamValue, Secret, Timestamp};

impl<K> ParamValue for Id<K> {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.text(self.as_ref());
    }
}

impl ParamValue for Timestamp {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.display(self);
    }
}

impl ParamValue for Secret {
    fn write(&self, sink: &mut ParamSink<'_>) {
        sink.secret(self.expose());
    }
}
