//! temporary
pub mod entry;
pub mod fade;
pub mod least;
