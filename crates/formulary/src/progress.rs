//! Progress on anything longer than a second, on standard error, only where a person watches.

use indicatif::{ProgressBar, ProgressStyle};

/// A line that shows what is being done.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Starts a line; silent where nobody watches.
    pub(crate) fn start() -> Self {
        if !crate::output::watched() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self(Some(bar))
    }

    /// Says what is being done now.
    pub(crate) fn say(&self, what: impl Into<String>) {
        if let Some(bar) = &self.0 {
            bar.set_message(what.into());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
