//! Stands in for libFuzzer where the fuzz targets are compiled as ordinary tests: the same code, run
//! once over every kept input, on a stable toolchain.

/// Makes the body of a fuzz target a function `run`.
#[macro_export]
macro_rules! fuzz_target {
    (|$data:ident: &[u8]| $body:block) => {
        /// The body of the target.
        pub fn run($data: &[u8]) {
            $body
        }
    };
    (|$text:ident: &str| $body:block) => {
        /// The body of the target, on what is text.
        pub fn run(data: &[u8]) {
            fn on_text($text: &str) {
                $body
            }
            if let Ok(text) = std::str::from_utf8(data) {
                on_text(text);
            }
        }
    };
}
