//! Domain §5: overrides.

mod decide;
mod expire;
mod grant;
mod limits;
mod request;
mod revoke;
