//! One macro for the chained setters of specs and commands; it holds no rule.

/// `setters! { Type { /// doc \n field(argument: Type) => value; ... } }` writes one consuming setter per line.
macro_rules! setters {
    ($owner:ident { $($(#[$doc:meta])* $field:ident($argument:ident: $type:ty) => $value:expr;)* }) => {
        impl $owner {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(mut self, $argument: $type) -> Self {
                    self.$field = $value;
                    self
                }
            )*
        }
    };
}

pub(crate) use setters;
