//! What an action does to stored objects, concluded from its method, its path and its response.

use http::Method;

use super::description::{Action, Returned, Service, Type};
use super::routes::segments;

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Lists objects of an entity.
    List {
        entity: Option<&'static str>,
        model: &'static str,
    },
    /// Creates an object.
    Create {
        entity: &'static str,
        model: &'static str,
    },
    /// Reads the object that the end of the path names.
    Get {
        entity: &'static str,
        model: &'static str,
    },
    /// Replaces the object that the end of the path names.
    Replace { entity: &'static str },
    /// Changes the object that the end of the path names.
    Update { entity: &'static str },
    /// Removes the object that the end of the path names.
    Delete { entity: &'static str },
    /// Creates what has a name instead of an id: the path that reads it is that of the action and the
    /// value of a field of the body.
    CreateNamed { key: &'static str },
    /// Reads what is kept under the path itself. Whether it must be created before.
    GetNamed { created: bool },
    /// Replaces what is kept under the path itself.
    ReplaceNamed { created: bool },
    /// Changes what is kept under the path itself.
    UpdateNamed { created: bool },
    /// Removes what is kept under the path itself.
    DeleteNamed { created: bool },
    /// Lists what is kept below the path.
    ListNamed { model: &'static str, created: bool },
    /// Is checked, and responds with a sample.
    Other,
}

/// Sets the shapes of all actions of a service.
pub(super) fn classify(service: &mut Service) {
    let shapes: Vec<Shape> = service
        .actions
        .iter()
        .map(|action| Facts { service, action }.shape())
        .collect();
    for (action, shape) in service.actions.iter_mut().zip(shapes) {
        action.shape = shape;
    }
}

struct Facts<'s> {
    service: &'s Service,
    action: &'s Action,
}

impl Facts<'_> {
    fn shape(&self) -> Shape {
        match self.action.method {
            Method::GET => self.get(),
            Method::POST => self.post(),
            Method::PUT => self.write(
                |entity| Shape::Replace { entity },
                |created| Shape::ReplaceNamed { created },
            ),
            Method::PATCH => self.write(
                |entity| Shape::Update { entity },
                |created| Shape::UpdateNamed { created },
            ),
            Method::DELETE => self.write(
                |entity| Shape::Delete { entity },
                |created| Shape::DeleteNamed { created },
            ),
            _ => Shape::Other,
        }
    }

    fn get(&self) -> Shape {
        let (_, returned) = self.action.main_return();
        let Some(model) = returned.ty().and_then(|ty| ty.innermost().name()) else {
            return match returned {
                Returned::Json(_) => Shape::GetNamed { created: false },
                _ => Shape::Other,
            };
        };
        let entity = self.service.entity(model);
        let is_list = matches!(
            returned,
            Returned::Page(_) | Returned::Objects(_) | Returned::Json(Type::List(_))
        );
        match (is_list, entity) {
            (true, Some(entity)) => Shape::List {
                entity: Some(entity),
                model,
            },
            (true, None) if self.has_named_items() => Shape::ListNamed {
                model,
                created: self.key_of_items().is_some(),
            },
            (true, None) => Shape::List {
                entity: None,
                model,
            },
            (false, Some(entity)) if self.last_id() == Some(entity) => Shape::Get { entity, model },
            (false, _) => Shape::GetNamed {
                created: self.is_created_by_name(self.action.path),
            },
        }
    }

    fn post(&self) -> Shape {
        let (status, returned) = self.action.main_return();
        let (Returned::Json(Type::Named(model)), true) = (returned, status < 300) else {
            return Shape::Other;
        };
        if let Some(entity) = self.service.entity(model) {
            let named = self
                .action
                .path_params()
                .any(|param| self.service.id(&param.ty) == Some(entity));
            return match named || self.action.body.is_none() {
                true => Shape::Other,
                false => Shape::Create { entity, model },
            };
        }
        self.key_of_items()
            .map_or(Shape::Other, |key| Shape::CreateNamed { key })
    }

    /// The shape of a PUT, PATCH or DELETE, if the path is that of an object.
    fn write(
        &self,
        object: impl Fn(&'static str) -> Shape,
        named: impl Fn(bool) -> Shape,
    ) -> Shape {
        if let Some(entity) = self.last_id().filter(|entity| self.is_home_of(entity)) {
            return object(entity);
        }
        let read = self.actions_at(self.action.path).any(|other| {
            other.method == Method::GET && matches!(other.main_return().1, Returned::Json(_))
        });
        match read {
            true => named(self.is_created_by_name(self.action.path)),
            false => Shape::Other,
        }
    }

    /// The id that the path ends with.
    fn last_id(&self) -> Option<&'static str> {
        let param = self.action.path_params().next_back()?;
        let last = segments(self.action.path).last()?;
        last.starts_with('{')
            .then(|| self.service.id(&param.ty))
            .flatten()
    }

    /// Whether the path is where objects of the entity are read, or one below the path where they are made.
    fn is_home_of(&self, entity: &str) -> bool {
        let gives = |action: &Action| {
            let (_, returned) = action.main_return();
            let Returned::Json(Type::Named(model)) = returned else {
                return false;
            };
            self.service.entity(model) == Some(entity)
        };
        let here = self.actions_at(self.action.path);
        let mut here = here.filter(|action| action.method != Method::POST);
        let mut above = self.actions_at(parent(self.action.path));
        here.any(gives) || above.any(|action| action.method == Method::POST && gives(action))
    }

    /// Whether what is kept under a path is made by a POST to the path above.
    fn is_created_by_name(&self, path: &str) -> bool {
        segments(path)
            .last()
            .is_some_and(|last| last.starts_with('{'))
            && self
                .actions_at(parent(path))
                .any(|action| Facts { action, ..*self }.post_is_named())
    }

    fn post_is_named(&self) -> bool {
        self.action.method == Method::POST && matches!(self.post(), Shape::CreateNamed { .. })
    }

    /// Whether paths of one more segment, a placeholder, are read or written.
    fn has_named_items(&self) -> bool {
        self.items().next().is_some()
    }

    fn items(&self) -> impl Iterator<Item = &Action> {
        let actions = self.service.actions.iter();
        actions.filter(|item| {
            let last = segments(item.path).last();
            last.is_some_and(|last| last.starts_with('{'))
                && parent(item.path) == self.action.path
                && matches!(item.method, Method::GET | Method::PUT | Method::PATCH)
        })
    }

    /// The field of the body that becomes the end of the path of what is made.
    fn key_of_items(&self) -> Option<&'static str> {
        let here = self.actions_at(self.action.path);
        let mut posts = here.filter(|action| action.method == Method::POST);
        let body = posts.find_map(|action| action.body.as_ref()?.ty.name())?;
        let fields = self.service.fields(body)?;
        let item = self.items().find(|item| item.method == Method::GET)?;
        let param = item.path_params().next_back()?.name;
        let named = |name: &str| {
            let field = fields.iter().find(|field| field.name == name)?;
            Some(field.name)
        };
        named(param)
            .or_else(|| named(param.rsplit('_').next()?))
            .or_else(|| named("name"))
    }

    fn actions_at(&self, path: &str) -> impl Iterator<Item = &Action> {
        let actions = self.service.actions.iter();
        actions.filter(move |action| action.path == path)
    }
}

/// The path without its last segment.
fn parent(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rfind('/').map_or("", |slash| &path[..=slash])
}
