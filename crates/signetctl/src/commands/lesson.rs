//! `signetctl policy lesson` and `policy lessons`.

use crate::{output::Output, refusal::Refusal};
use ra::{
    Operator,
    policy::{Language, Lesson, NewLesson},
};

pub(super) fn add(operator: &Operator, output: &Output, new: NewLesson) -> Result<(), Refusal> {
    output.value(&operator.add_lesson(new)?, |lesson| format!("Entry {} is in the log.", lesson.number))
}

pub(super) fn list(operator: &Operator, output: &Output) -> Result<(), Refusal> {
    output.value(&operator.lessons()?, |lessons| {
        if lessons.is_empty() {
            return "Nothing was written down yet: `signetctl policy lesson` adds an entry.".to_owned();
        }
        lessons.iter().map(one).collect::<Vec<_>>().join("\n\n")
    })
}

pub(super) fn redacted(operator: &Operator, output: &Output, language: Language) -> Result<(), Refusal> {
    if output.is_json() {
        return output.value(&operator.redacted_lessons(language)?, |_| String::new());
    }
    output.bytes(operator.redacted_lessons_text(language)?.as_bytes())
}

fn one(lesson: &Lesson) -> String {
    format!("{} (entry {}, written {})\n{}\n-> {}", lesson.day, lesson.number, lesson.at, lesson.happened, lesson.learned)
}
