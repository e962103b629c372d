//! Which language a printer takes: three ways to find out, the surest first.

use eframe::egui::Ui;

use crate::{
    bench::PrinterProof,
    desktop::{
        model::{
            NoticeKind,
            printers::{Intent, Language, Proved, Saw, Step, word},
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    tr,
};

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, printer: &str, refused: Option<&str>) {
    page::section(ui, &tr!(view, "language-title"));
    match view.model.printers.languages.get(printer) {
        Some(language) if matches!(language.step, Step::Printing | Step::Look) => look(ui, view, printer, language),
        other => {
            match other.map(|language| language.step) {
                Some(Step::Neither) => notice::show(ui, view, NoticeKind::Warning, &tr!(view, "language-neither")),
                Some(Step::NotSure) => notice::show(ui, view, NoticeKind::Note, &tr!(view, "language-unsure")),
                _ => {}
            }
            ways(ui, view, printer, refused);
        }
    }
    let of_language = |proof: &PrinterProof| !matches!(proof, PrinterProof::TestCard | PrinterProof::CalibrationCard);
    let tried = view.model.printers.proved.get(printer);
    // What the printer said of a card that is to be looked at now is no verdict yet.
    if !matches!(tried, Some(Proved::Ended(PrinterProof::Try(_), Ok(_)))) {
        super::what_came(ui, view, printer, of_language);
    }
    if let Some(Proved::Ended(proof, Ok(_))) = tried
        && matches!(proof, PrinterProof::Asking | PrinterProof::Job(_) | PrinterProof::CameOut(_))
        && Button::new(tr!(view, "language-take-back")).refused(refused.map(str::to_owned)).show(ui, view).clicked()
    {
        view.send(Intent::Prove { printer: printer.to_owned(), proof: PrinterProof::TakeBack });
    }
}

fn ways(ui: &mut Ui, view: &View<'_>, printer: &str, refused: Option<&str>) {
    page::weak(ui, view, &tr!(view, "language-effect"));
    let named = || printer.to_owned();
    let ways = [
        ("language-job", "language-job-effect", Intent::ChooseJob(named())),
        ("language-ask", "language-ask-effect", Intent::Prove { printer: named(), proof: PrinterProof::Asking }),
        ("language-cards", "language-cards-effect", Intent::BeginCards(named())),
    ];
    for (name, effect, wish) in ways {
        ui.add_space(space::SMALL);
        if Button::new(view.texts.get(name)).refused(refused.map(str::to_owned)).show(ui, view).clicked() {
            view.send(wish);
        }
        page::weak(ui, view, &view.texts.get(effect));
    }
}

/// The card of one language is printed, then looked at.
fn look(ui: &mut Ui, view: &View<'_>, printer: &str, language: &Language) {
    let word = word(language.format);
    if language.step == Step::Printing {
        page::weak(ui, view, &tr!(view, "language-printing", word = word));
        return;
    }
    ui.label(tr!(view, "language-question", word = word));
    page::weak(ui, view, &tr!(view, "language-question-effect"));
    button::row(ui, |ui| {
        for (name, saw) in [
            (tr!(view, "language-yes"), Saw::Word),
            (tr!(view, "language-no"), Saw::Nothing),
            (tr!(view, "language-not-sure"), Saw::NotSure),
        ] {
            let kind = if saw == Saw::NotSure { Kind::Quiet } else { Kind::Plain };
            if Button::new(name).kind(kind).show(ui, view).clicked() {
                view.send(Intent::Saw(printer.to_owned(), saw));
            }
        }
    });
}
