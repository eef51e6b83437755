//! The tests of `auth-core` from the outside: the HTTP contract, storages, races, sessions
//! against a model, and what a reply costs.
#![cfg(test)]

mod admin_columns;
mod cached_lookups;
mod clocks;
mod compile_fail;
mod contract;
mod cost;
mod declared_user;
mod interop;
mod model;
mod one_way_in;
mod pages;
mod populations;
mod races;
mod sessions;
mod storage_contract;
mod world;
