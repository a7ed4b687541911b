//! Stable names of things that are one of a few.

/// Gives each variant of an enum its stable name, which columns, addresses and figures hold, and reads it back.
macro_rules! codes {
    ($of:ident: $($variant:ident $code:literal),+ $(,)?) => {
        impl $of {
            /// All of them.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The one with this stable name; none for a name that an older or a newer version of the program gave.
            pub fn of_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use codes;
