//! `models.rs` of a resource or of the shared types: structs, enums and their setters.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Direction, Enum};
use crate::name::{self, ident};
use crate::print::{Chunk, Entry, File, List};
use crate::sentences::all_of;

use super::docs::{self, Docs};
use super::plan::{Copies, Field, Holder, Kind, Model, Types, Variant};
use super::ty;

/// The file.
pub(crate) fn file(from: &str, whose: &str, types: &Types<'_>) -> File {
    let mut chunks = Vec::new();
    for model in &types.models {
        match &model.kind {
            Kind::Struct { fields, copies } => {
                chunks.push(Chunk::Items(structure(model, fields)));
                chunks.extend(
                    copies
                        .iter()
                        .map(|copies| Chunk::List(copy_list(model, copies))),
                );
            }
            Kind::Union {
                tag,
                content,
                variants,
            } => {
                let field = content.as_ref().map(|(field, _)| field.as_str());
                chunks.push(Chunk::Items(union(model, tag, field, variants)));
            }
        }
    }
    chunks.extend(types.enums.iter().map(|item| Chunk::Items(open_enum(item))));
    File {
        from: from.to_owned(),
        docs: vec![format!("The models and enums {whose}.")],
        uses: types
            .name_others()
            .then(|| "super::*".to_owned())
            .into_iter()
            .collect(),
        chunks,
    }
}

fn structure(model: &Model<'_>, fields: &[Field<'_>]) -> TokenStream {
    let docs = docs::model(model).attributes();
    let name = ident(&model.api.name);
    let received = model.api.direction != Direction::Request;
    let starts_empty = received || fields.iter().all(|field| !field.required);
    let default = starts_empty.then(|| quote!(Default,));
    let members = fields.iter().map(|field| member(model, field));
    let extra = received.then(|| {
        quote! {
            /// What iconik sent beyond the documented fields.
            pub extra: crate::UnknownFields,
        }
    });
    let methods = methods(model, fields, starts_empty);
    let must_use =
        (!received).then(|| quote!(#[must_use = "a model does nothing until it is sent"]));
    quote! {
        #docs
        #must_use
        #[non_exhaustive]
        #[derive(Clone, Debug, #default PartialEq)]
        pub struct #name {
            #(#members)*
            #extra
        }

        #methods
    }
}

fn member(model: &Model<'_>, field: &Field<'_>) -> TokenStream {
    let docs = docs::field(model, field).attributes();
    let (name, ty) = (ident(&field.ident), ty::of_field(field));
    quote!(#docs pub #name: #ty,)
}

fn methods(model: &Model<'_>, fields: &[Field<'_>], starts_empty: bool) -> TokenStream {
    let name = ident(&model.api.name);
    let id = id(model, fields);
    if model.api.direction == Direction::Response {
        return id.map_or_else(TokenStream::new, |id| quote!(impl #name { #id }));
    }
    let new = new(fields, starts_empty);
    let setters = fields.iter().filter(|field| field.settable).map(setter);
    let clears = fields
        .iter()
        .filter(|field| field.required)
        .filter_map(clear);
    quote! {
        impl #name {
            #new
            #(#setters)*
            #(#clears)*
            #id
        }
    }
}

/// The method that returns the id of an object that was received: iconik sends it, but a response may be
/// restricted to other fields. A model whose id is set by the caller has a setter of this name.
fn id(model: &Model<'_>, fields: &[Field<'_>]) -> Option<TokenStream> {
    let mut fields = fields.iter();
    let field = fields.find(|field| field.ident == "id" && !field.settable && !field.boxed)?;
    if model.api.direction == Direction::Request || field.holder != Holder::Option {
        return None;
    }
    let docs = docs::id().attributes();
    let (ty, model, wire) = (ty::bare(&field.api.ty), &model.api.name, &field.api.wire);
    Some(quote! {
        #docs
        pub fn id(&self) -> crate::Result<#ty> {
            Ok(crate::data::missing_field::required(&self.id, #model, #wire)?)
        }
    })
}

fn new(fields: &[Field<'_>], starts_empty: bool) -> TokenStream {
    let required: Vec<&Field<'_>> = fields.iter().filter(|field| field.required).collect();
    if required.is_empty() {
        let docs = Docs::new("Creates a value in which no field is set.").and(set_by_name(fields));
        let docs = docs.attributes();
        return quote! {
            #docs
            pub fn new() -> Self {
                Self::default()
            }
        };
    }
    let names = required.iter().map(|field| ident(&field.ident));
    let types = required.iter().map(|field| ty::argument(&field.api.ty));
    let list: Vec<String> = required
        .iter()
        .map(|field| format!("`{}`", name::bare(&field.ident)))
        .collect();
    let docs = Docs::new(format!(
        "Creates a value with {}, which iconik requires.",
        all_of(&list)
    ))
    .and(set_by_name(fields))
    .attributes();
    let values = fields
        .iter()
        .filter(|field| field.required || !starts_empty)
        .map(|field| {
            let name = ident(&field.ident);
            let value = match (field.required, field.holder) {
                (true, _) => held(field),
                (false, Holder::Nullable) => quote!(crate::Nullable::Absent),
                (false, _) => quote!(None),
            };
            if value.to_string() == field.ident {
                quote!(#name)
            } else {
                quote!(#name: #value)
            }
        });
    let rest = starts_empty.then(|| quote!(..Self::default()));
    quote! {
        #docs
        pub fn new(#(#names: #types),*) -> Self {
            Self { #(#values,)* #rest }
        }
    }
}

/// Which required fields are no arguments of `new`.
fn set_by_name(fields: &[Field<'_>]) -> String {
    let fields = fields.iter().filter(|field| field.by_name);
    let names: Vec<String> = fields
        .map(|field| format!("[`{0}`](Self::{0})", name::bare(&field.ident)))
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("iconik also requires {}: set them by name.", all_of(&names)),
    }
}

/// The value of the argument that is called like the field, as the field holds it.
fn held(field: &Field<'_>) -> TokenStream {
    let value = ty::from_argument(&field.api.ty, &field.ident);
    let value = if field.boxed {
        quote!(Box::new(#value))
    } else {
        value
    };
    match field.holder {
        Holder::Plain => value,
        Holder::Option => quote!(Some(#value)),
        Holder::Nullable => quote!(crate::Nullable::Value(#value)),
    }
}

fn setter(field: &Field<'_>) -> TokenStream {
    let docs = docs::setter(field).attributes();
    let deprecated = docs::deprecated(&field.api.deprecated);
    let name = ident(&field.ident);
    let argument = ty::argument(&field.api.ty);
    let value = held(field);
    let clear = clear(field);
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self, #name: #argument) -> Self {
            self.#name = #value;
            self
        }

        #clear
    }
}

fn clear(field: &Field<'_>) -> Option<TokenStream> {
    let clear = ident(field.clear.as_deref()?);
    let docs = docs::clear(field).attributes();
    let name = ident(&field.ident);
    Some(quote! {
        #docs
        pub fn #clear(mut self) -> Self {
            self.#name = crate::Nullable::Null;
            self
        }
    })
}

/// Whether the model is a patch that can be made of what differs between two responses.
pub(crate) fn is_made_of_changes(model: &Model<'_>, copies: &Copies<'_>) -> bool {
    model.is_patch && copies.required.is_empty()
}

/// The conversion from a response, as a list of the fields that are copied.
fn copy_list(model: &Model<'_>, copies: &Copies<'_>) -> List {
    let required: Vec<String> = copies
        .required
        .iter()
        .map(|field| {
            let boxed = if field.boxed { " boxed" } else { "" };
            format!("{}: {:?}{boxed}", field.ident, field.wire)
        })
        .collect();
    let required = match required.as_slice() {
        [] => String::new(),
        required => format!("({})", required.join(", ")),
    };
    let head = format!("{} => {}{required}", copies.from, model.api.name);
    List {
        name: match is_made_of_changes(model, copies) {
            true => "patches",
            false => "copies",
        },
        head,
        entries: vec![Entry::Words(copies.optional.clone())],
    }
}

fn union(
    model: &Model<'_>,
    tag: &str,
    content: Option<&str>,
    variants: &[Variant<'_>],
) -> TokenStream {
    let docs = docs::model(model).attributes();
    let name = ident(&model.api.name);
    let made = variants.iter().map(|variant| {
        let docs = Docs::new(format!("`{tag}` is `{}`.", variant.wire)).attributes();
        let ident_of_variant = ident(&variant.ident);
        let model = variant.model.map(ident);
        match (content, model) {
            (None, model) => quote!(#docs #ident_of_variant(Box<#model>),),
            (Some(content), model) => {
                let content = ident(content);
                let model = model.map(|model| {
                    let docs = Docs::new("The content.").attributes();
                    quote!(#docs #content: Box<#model>,)
                });
                quote! {
                    #docs
                    #ident_of_variant {
                        #model
                        /// What is in the object beyond the documented fields.
                        extra: crate::UnknownFields,
                    },
                }
            }
        }
    });
    let unknown_docs = Docs::new(format!("Any other `{tag}`, as it came.")).attributes();
    let unknown = ident(name::UNKNOWN);
    let constructors = content.map(|content| constructors(model, tag, content, variants));
    quote! {
        #docs
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name {
            #(#made)*
            #unknown_docs
            #unknown(Box<crate::Unrecognized>),
        }

        #constructors
    }
}

/// A function for each variant whose model is a member of the object.
fn constructors(
    model: &Model<'_>,
    tag: &str,
    content: &str,
    variants: &[Variant<'_>],
) -> TokenStream {
    let name = ident(&model.api.name);
    let content = ident(content);
    let functions = variants.iter().map(|variant| {
        let docs =
            Docs::new(format!("Makes one whose `{tag}` is `{}`.", variant.wire)).attributes();
        let (function, of) = (
            ident(&name::constructor(&variant.ident)),
            ident(&variant.ident),
        );
        match variant.model.map(ident) {
            Some(model) => quote! {
                #docs
                pub fn #function(#content: impl Into<#model>) -> Self {
                    Self::#of {
                        #content: Box::new(#content.into()),
                        extra: crate::UnknownFields::new(),
                    }
                }
            },
            None => quote! {
                #docs
                pub fn #function() -> Self {
                    Self::#of { extra: crate::UnknownFields::new() }
                }
            },
        }
    });
    quote!(impl #name { #(#functions)* })
}

fn open_enum(item: &Enum) -> TokenStream {
    let docs = docs::an_enum(item).attributes();
    let name = ident(&item.name);
    let values = item.values.iter().map(|value| {
        let docs = docs::value(value).attributes();
        let variant = ident(&name::enum_variant(value));
        quote!(#docs #variant,)
    });
    let unknown = ident(name::UNKNOWN);
    quote! {
        #docs
        #[non_exhaustive]
        #[derive(Clone, Debug)]
        pub enum #name {
            #(#values)*
            /// A value that this version does not know.
            #unknown(crate::UnknownValue),
        }
    }
}
