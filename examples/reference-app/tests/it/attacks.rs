//! Attacks on the running program, one kind a file.

mod half_open;
