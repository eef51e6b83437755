//! The pages of the site, one file each: `view` makes the page, `show` answers its request, and `submit` the forms
//! that the toolkit does not take.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod error;
pub(crate) mod forgot;
pub(crate) mod home;
pub(crate) mod login;
pub(crate) mod reset;
pub(crate) mod sign_up;
pub(crate) mod verify;
