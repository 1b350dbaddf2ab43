//! A Setting: where a question is asked, as far as actions depend on it, and the tables by setting.

use domain::{Tier, Visibility};

/// The tier and the visibility under which a control's action is looked up. The use question reads
/// the tier alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// The tier it is judged at.
    pub tier: Tier,
    /// The visibility it is judged at.
    pub visibility: Visibility,
}

impl Setting {
    /// The use question at a tier.
    pub const fn at(tier: Tier) -> Self {
        Self { tier, visibility: Visibility::Private }
    }

    /// The publish question.
    pub const fn publish(tier: Tier, visibility: Visibility) -> Self {
        Self { tier, visibility }
    }

    /// Every setting, the strictest tier first, not yet public before public.
    pub fn all() -> impl Iterator<Item = Self> {
        [Visibility::Private, Visibility::Public]
            .into_iter()
            .flat_map(|visibility| Tier::ALL.map(|tier| Self { tier, visibility }))
    }

    const fn index(self) -> usize {
        let tier = self.tier as usize;
        match self.visibility {
            Visibility::Private => tier,
            Visibility::Public => tier + 4,
        }
    }
}

/// A column of an action table: any of tier and visibility may be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    tier: Option<Tier>,
    visibility: Option<Visibility>,
}

impl Column {
    /// `clinical`, `private`, `private_clinical`, `all` …
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        if word == "all" {
            return Some(Self { tier: None, visibility: None });
        }
        if let Ok(tier) = word.parse() {
            return Some(Self { tier: Some(tier), visibility: None });
        }
        let (visibility, tier) = match word.split_once('_') {
            None => (word, None),
            Some((visibility, tier)) => (visibility, Some(tier.parse().ok()?)),
        };
        let visibility = match visibility {
            "private" => Visibility::Private,
            "public" => Visibility::Public,
            _ => return None,
        };
        Some(Self { tier, visibility: Some(visibility) })
    }

    /// Orders wide columns before the narrow ones that override them.
    pub(crate) fn breadth_first(self) -> u8 {
        u8::from(self.tier.is_some()) + u8::from(self.visibility.is_some())
    }

    pub(crate) fn covers(self, setting: Setting) -> bool {
        self.tier.is_none_or(|t| t == setting.tier) && self.visibility.is_none_or(|v| v == setting.visibility)
    }
}

/// A value for some settings.
#[derive(Clone, Debug)]
pub(crate) struct Table<T>([Option<T>; 8]);

impl<T: Copy> Default for Table<T> {
    fn default() -> Self {
        Self([None; 8])
    }
}

impl<T: Copy> Table<T> {
    pub(crate) fn set(&mut self, column: Column, value: T) {
        for setting in Setting::all().filter(|s| column.covers(*s)) {
            self.0[setting.index()] = Some(value);
        }
    }

    pub(crate) const fn get(&self, setting: Setting) -> Option<T> {
        self.0[setting.index()]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}
