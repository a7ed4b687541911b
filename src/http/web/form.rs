//! Fields of forms: what was typed, what is wrong with it, what can be chosen.

/// One field with what was typed and, after a fault, what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormField {
    /// What stands in it.
    pub value: String,
    /// What is wrong, as a sentence.
    pub fault: Option<String>,
}

impl FormField {
    /// A field with this text in it and nothing wrong.
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            fault: None,
        }
    }

    /// The same field with a fault.
    #[must_use]
    pub fn faulty(mut self, fault: impl Into<String>) -> Self {
        self.fault = Some(fault.into());
        self
    }
}

/// Something to choose from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// A sentence more, where one helps.
    pub note: Option<String>,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl Choice {
    /// A choice of a list whose chosen value is `chosen`.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self {
            is_chosen: value == chosen,
            label: label.into(),
            note: None,
            value,
        }
    }

    /// The same choice with a sentence beside it.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Choices under a common heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceGroup {
    /// The heading.
    pub label: String,
    /// What stands under it.
    pub choices: Vec<Choice>,
}
