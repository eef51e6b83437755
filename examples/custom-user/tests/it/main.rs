//! Customers on every engine: the contract of storage, and the routes.
#![cfg(test)]

mod contract;
mod databases;
mod declaration;
mod routes;
