//! `ids.rs`: one alias of the runtime's id per kind of object, and the types that mark the kinds.

use quote::quote;

use crate::name::{self, ident};
use crate::print::{Chunk, File};
use crate::sentences::sentence;

use super::Layout;
use super::docs::Docs;
use super::plan::Plan;

/// The file of the aliases.
pub(crate) fn file(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let aliases = plan.ids.values().map(|id| {
        let docs = Docs::new(sentence(&id.doc)).attributes();
        let (alias, marker) = (ident(&id.name), ident(&name::marker(&id.name)));
        quote! {
            #docs
            pub type #alias = crate::Id<markers::#marker>;
        }
    });
    let aliases = quote!(#(#aliases)*);
    File {
        from: format!("{}/common.yaml", layout.spec),
        docs: vec!["The ids of all services: each kind of object has its own type.".to_owned()],
        uses: Vec::new(),
        chunks: vec![
            Chunk::Items(quote!(
                pub mod markers;
            )),
            Chunk::Items(aliases),
        ],
    }
}

/// The file of the markers.
pub(crate) fn markers(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let markers = plan.ids.values().map(|id| {
        let docs = Docs::new(format!("Marks [`{0}`](super::{0}).", id.name)).attributes();
        let (marker, text) = (ident(&name::marker(&id.name)), &id.name);
        let one_kind = (id.name != name::ANY_OBJECT)
            .then(|| quote!(impl crate::data::id::OneKind for #marker {}));
        let object_type = name::object_type(&id.name).map(|object_type| {
            quote! {
                impl crate::HasObjectType for #marker {
                    const OBJECT_TYPE: &'static str = #object_type;
                }
            }
        });
        let object = quote!(#one_kind #object_type);
        quote! {
            #docs
            #[derive(Clone, Copy, Debug)]
            pub enum #marker {}

            impl crate::data::id::Sealed for #marker {}

            impl crate::IdKind for #marker {
                const NAME: &'static str = #text;
            }

            #object
        }
    });
    File {
        from: format!("{}/common.yaml", layout.spec),
        docs: vec!["The types that mark the kinds of ids. They have no values.".to_owned()],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(quote!(#(#markers)*))],
    }
}
