//! `services.rs`: what is the same for all actions of a service.

use proc_macro2::Literal;
use quote::quote;

use crate::name::{self, ident};
use crate::print::{Chunk, File};
use crate::sentences::sentence;

use super::Layout;
use super::docs::Docs;
use super::plan::Plan;

/// The file.
pub(crate) fn file(plan: &Plan<'_>, layout: &Layout<'_>) -> File {
    let services = plan.services.iter().map(|service| {
        let docs = Docs::new(sentence(&service.api.about)).attributes();
        let constant = ident(&name::service(&service.api.name));
        let (name, base_path) = (&service.api.name, &service.api.base_path);
        let limit = &service.api.rate_limit;
        let [per_second, burst, burst_seconds] =
            [limit.per_second, limit.burst, limit.burst_seconds].map(Literal::u32_unsuffixed);
        quote! {
            #docs
            pub(crate) const #constant: crate::ServiceMeta = crate::ServiceMeta {
                name: #name,
                base_path: #base_path,
                per_second: #per_second,
                burst: #burst,
                burst_seconds: #burst_seconds,
            };
        }
    });
    let constants = plan
        .services
        .iter()
        .map(|service| ident(&name::service(&service.api.name)));
    let items = quote! {
        #(#services)*

        /// All of them.
        pub(crate) const SERVICES: &[crate::ServiceMeta] = &[#(#constants),*];
    };
    File {
        from: layout.spec.to_owned(),
        docs: vec!["The services: their paths and their rate limits.".to_owned()],
        uses: Vec::new(),
        chunks: vec![Chunk::Items(items)],
    }
}
