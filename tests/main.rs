//! Everything that looks at the product from outside.
