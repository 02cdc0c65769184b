//! Defaults and bounds that suit their types.

use super::{Checker, Place};
use crate::api::{Bounds, Literal, Type};
use crate::decode::At;
use crate::diag::Diagnostic;
use crate::spec;

/// Default and bounds as they are written.
pub(super) struct Written<'f> {
    pub(super) default: Option<&'f At<Literal>>,
    pub(super) min: Option<&'f At<f64>>,
    pub(super) max: Option<&'f At<f64>>,
    pub(super) min_items: Option<&'f At<u32>>,
    pub(super) max_items: Option<&'f At<u32>>,
}

impl<'f> From<&'f spec::Field> for Written<'f> {
    fn from(field: &'f spec::Field) -> Self {
        Self {
            default: field.default.as_ref(),
            min: field.min.as_ref(),
            max: field.max.as_ref(),
            min_items: field.min_items.as_ref(),
            max_items: field.max_items.as_ref(),
        }
    }
}

impl<'p> From<&'p spec::Param> for Written<'p> {
    fn from(param: &'p spec::Param) -> Self {
        Self {
            default: param.default.as_ref(),
            min: param.min.as_ref(),
            max: param.max.as_ref(),
            min_items: param.min_items.as_ref(),
            max_items: param.max_items.as_ref(),
        }
    }
}

impl Checker<'_> {
    /// Default and bounds, if they suit the type.
    pub(super) fn limits(
        &mut self,
        ty: &Type,
        written: &Written<'_>,
        place: Place,
    ) -> (Option<Literal>, Bounds) {
        if let Some(default) = written.default {
            self.default_suits(ty, default, place);
        }
        self.bounds_suit(ty, written);
        self.bounds_leave_something(written);
        self.default_is_within(written);
        let bounds = Bounds {
            min: written.min.map(|at| at.value),
            max: written.max.map(|at| at.value),
            min_items: written.min_items.map(|at| at.value),
            max_items: written.max_items.map(|at| at.value),
        };
        (written.default.map(|at| at.value.clone()), bounds)
    }

    fn bounds_suit(&mut self, ty: &Type, written: &Written<'_>) {
        let number = matches!(ty, Type::Integer | Type::Number);
        let list = matches!(ty, Type::List(_) | Type::Map(_));
        for at in [written.min, written.max]
            .into_iter()
            .flatten()
            .filter(|_| !number)
        {
            self.report(Diagnostic::new(
                at.span,
                "only numbers have a smallest and a largest value",
            ));
        }
        let whole = *ty == Type::Integer;
        let bounds = [written.min, written.max].into_iter().flatten();
        for at in bounds.filter(|at| whole && at.value.fract() != 0.0) {
            self.report(Diagnostic::new(
                at.span,
                format!("{} is not a whole number", at.value),
            ));
        }
        for at in [written.min_items, written.max_items]
            .into_iter()
            .flatten()
            .filter(|_| !list)
        {
            self.report(Diagnostic::new(
                at.span,
                "only lists and maps have a number of items",
            ));
        }
    }

    fn bounds_leave_something(&mut self, written: &Written<'_>) {
        if let (Some(min), Some(max)) = (written.min, written.max)
            && min.value > max.value
        {
            self.report(
                Diagnostic::new(
                    min.span,
                    format!(
                        "the smallest value {} is greater than the largest",
                        min.value
                    ),
                )
                .related(max.span, "the largest"),
            );
        }
        if let (Some(min), Some(max)) = (written.min_items, written.max_items)
            && min.value > max.value
        {
            self.report(
                Diagnostic::new(
                    min.span,
                    format!(
                        "the smallest number of items, {}, is greater than the largest",
                        min.value
                    ),
                )
                .related(max.span, "at most"),
            );
        }
    }

    /// A default that iconik itself would reject is a mistake in one of the two.
    fn default_is_within(&mut self, written: &Written<'_>) {
        let Some(default) = written.default else {
            return;
        };
        // Defaults are small numbers.
        #[allow(clippy::cast_precision_loss)]
        let value = match default.value {
            Literal::Integer(value) => value as f64,
            Literal::Number(value) => value,
            Literal::Boolean(_) | Literal::String(_) => return,
        };
        let below = written.min.filter(|min| value < min.value);
        let above = written.max.filter(|max| value > max.value);
        for (limit, name) in [(below, "smallest"), (above, "largest")] {
            let Some(limit) = limit else { continue };
            let message = format!(
                "the default {value} is not allowed: the {name} value is {}",
                limit.value
            );
            self.report(
                Diagnostic::new(default.span, message)
                    .related(limit.span, format!("the {name} value"))
                    .help("correct one of them"),
            );
        }
    }

    fn default_suits(&mut self, ty: &Type, default: &At<Literal>, place: Place) {
        let suits = match (ty, &default.value) {
            (Type::Any, _)
            | (Type::Boolean, Literal::Boolean(_))
            | (Type::Integer | Type::Number, Literal::Integer(_))
            | (Type::Number, Literal::Number(_))
            | (Type::String | Type::Secret | Type::Timestamp | Type::Id(_), Literal::String(_)) => {
                true
            }
            (Type::Enum(name), Literal::String(value)) => {
                let key = self.names.find(name, place.folder).map(|(key, _)| key);
                let Some(known) = key.and_then(|key| self.enums.get(&key)) else {
                    return;
                };
                if !known.values.iter().any(|known| known.wire == *value) {
                    let known: Vec<String> = known
                        .values
                        .iter()
                        .map(|known| known.wire.clone())
                        .collect();
                    self.report(
                        Diagnostic::new(
                            default.span,
                            format!("the enum `{name}` has no value `{value}`"),
                        )
                        .did_you_mean(value, known.iter().map(String::as_str)),
                    );
                }
                return;
            }
            _ => false,
        };
        if !suits {
            let ty = describe(ty);
            self.report(Diagnostic::new(
                default.span,
                format!("this default is not {ty}"),
            ));
        }
    }
}

/// A type, for a sentence such as "this default is not …".
fn describe(ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret => "text".to_owned(),
        Type::Integer => "a whole number".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Boolean => "true or false".to_owned(),
        Type::Timestamp => "a point in time, as text".to_owned(),
        Type::File => "a file; such a field has no default".to_owned(),
        Type::Any => "a value".to_owned(),
        Type::Object => "an object; such a field has no default".to_owned(),
        Type::Id(name) => format!("text, as `{name}` is"),
        Type::Enum(name) => format!("the text of a value of `{name}`"),
        Type::Model(name) => format!("a `{name}`; such a field has no default"),
        Type::List(_) => "a list; lists have no default".to_owned(),
        Type::Map(_) => "a map; maps have no default".to_owned(),
    }
}
