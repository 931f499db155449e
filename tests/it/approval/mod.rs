//! Domain §5: overrides.

mod decide;
mod expire;
mod grant;
mod request;
mod revoke;
