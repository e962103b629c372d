//! Backdrop, clothes, head and features.

use tiny_skia::{FillRule, LineCap, Mask, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use crate::{HEIGHT, WIDTH, brush::*, hair::CURLS, people::*};

pub struct Canvas {
    pub pixels: Pixmap,
    pub breadth: f32,
}

impl Canvas {
    pub fn fill(&mut self, path: Option<Path>, paint: &Paint<'_>) {
        if let Some(path) = path {
            self.pixels.fill_path(&path, paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    pub fn broad(&self) -> Transform {
        Transform::from_translate(-300.0, 0.0).post_scale(self.breadth, 1.0).post_translate(300.0, 0.0)
    }

    /// Fills with the head's breadth applied around the middle of the picture.
    pub fn fill_broad(&mut self, path: Option<Path>, paint: &Paint<'_>) {
        if let Some(path) = path {
            self.pixels.fill_path(&path, paint, FillRule::Winding, self.broad(), None);
        }
    }

    pub fn line(&mut self, points: [(f32, f32); 4], width: f32, paint: &Paint<'_>) {
        if let Some(path) = curve(points) {
            let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
            self.pixels.stroke_path(&path, paint, &stroke, Transform::identity(), None);
        }
    }

    /// The same stroke on both sides of the face.
    pub fn lines(&mut self, points: [(f32, f32); 4], width: f32, paint: &Paint<'_>) {
        self.line(points, width, paint);
        self.line(points.map(|(x, y)| (600.0 - x, y)), width, paint);
    }

    pub fn backdrop(&mut self, rgb: Rgb) {
        self.pixels.fill(colour(rgb, 1.0));
        let light = glow(300.0, 300.0, 520.0, colour(shade(rgb, 0.45), 1.0), colour(shade(rgb, -0.08), 1.0));
        self.fill(Rect::from_ltrb(0.0, 0.0, 600.0, 750.0).map(PathBuilder::from_rect), &light);
    }

    pub fn hair_behind(&mut self, person: &Person) {
        let dark = downwards(120.0, 640.0, shade(person.hair_colour, -0.15), shade(person.hair_colour, -0.4));
        match person.hair {
            Hair::Long => self.fill(
                symmetric(
                    128.0,
                    &[
                        [(400.0, 128.0), (458.0, 200.0), (456.0, 320.0)],
                        [(456.0, 440.0), (486.0, 520.0), (468.0, 628.0)],
                        [(420.0, 660.0), (360.0, 640.0), (300.0, 640.0)],
                    ],
                ),
                &dark,
            ),
            Hair::Bob => self.fill(
                symmetric(
                    124.0,
                    &[
                        [(400.0, 124.0), (462.0, 190.0), (462.0, 320.0)],
                        [(462.0, 400.0), (468.0, 450.0), (446.0, 498.0)],
                        [(400.0, 512.0), (350.0, 500.0), (300.0, 500.0)],
                    ],
                ),
                &dark,
            ),
            Hair::Curls => {
                for (x, y, r) in CURLS.into_iter().flat_map(|(x, y, r)| [(x, y, r), (600.0 - x, y, r)]) {
                    let ball = glow(
                        x - r * 0.3,
                        y - r * 0.4,
                        r * 1.5,
                        colour(shade(person.hair_colour, 0.16), 1.0),
                        colour(shade(person.hair_colour, -0.3), 1.0),
                    );
                    self.fill(oval(x, y, r, r), &ball);
                }
            }
            Hair::Bun => {
                let knot = downwards(84.0, 180.0, shade(person.hair_colour, 0.1), shade(person.hair_colour, -0.25));
                self.fill(oval(300.0, 128.0, 56.0, 48.0), &knot);
            }
            Hair::Short | Hair::SidePart | Hair::Receding | Hair::Scarf | Hair::Turban => {}
        }
    }

    pub fn neck_and_clothes(&mut self, person: &Person) {
        let neck = downwards(500.0, 640.0, shade(person.skin, -0.42), shade(person.skin, -0.04));
        let right = [
            [(340.0, 400.0), (366.0, 420.0), (364.0, 470.0)],
            [(364.0, 540.0), (372.0, 560.0), (430.0, 584.0)],
            [(430.0, 640.0), (360.0, 700.0), (300.0, 700.0)],
        ];
        self.fill(symmetric(400.0, &right), &neck);
        let cloth = downwards(560.0, 750.0, shade(person.cloth, 0.08), shade(person.cloth, -0.18));
        let collar_depth = match person.top {
            Top::Scrubs => 676.0,
            Top::Shirt | Top::Polo => 640.0,
            Top::Crew => 612.0,
            Top::Blazer => 700.0,
        };
        if person.top == Top::Blazer {
            let blouse = downwards(580.0, 750.0, 0xF6F5F2, 0xD8D8D6);
            let right = [
                [(330.0, 636.0), (366.0, 600.0), (376.0, 574.0)],
                [(410.0, 600.0), (420.0, 680.0), (410.0, 750.0)],
                [(380.0, 750.0), (340.0, 750.0), (300.0, 750.0)],
            ];
            self.fill(symmetric(640.0, &right), &blouse);
        }
        let shoulders = [
            [(326.0, collar_depth - 14.0), (362.0, 620.0), (384.0, 566.0)],
            [(440.0, 590.0), (520.0, 604.0), (548.0, 650.0)],
            [(566.0, 690.0), (574.0, 730.0), (576.0, 760.0)],
            [(500.0, 760.0), (400.0, 760.0), (300.0, 760.0)],
        ];
        self.fill(symmetric(collar_depth, &shoulders), &cloth);
        let seam = solid(shade(person.cloth, -0.35), 0.7);
        self.lines([(384.0, 566.0), (362.0, 620.0), (326.0, collar_depth - 14.0), (301.0, collar_depth)], 5.0, &seam);
        self.lines([(506.0, 690.0), (500.0, 715.0), (498.0, 730.0), (497.0, 752.0)], 3.0, &solid(0x000000, 0.14));
        match person.top {
            Top::Shirt | Top::Polo => {
                let flap = downwards(560.0, 670.0, shade(person.cloth, 0.25), shade(person.cloth, -0.02));
                let right = [(384.0, 562.0), (402.0, 610.0), (376.0, 668.0), (301.0, 640.0)];
                for side in [right, right.map(|(x, y)| (600.0 - x, y))] {
                    let mut builder = PathBuilder::new();
                    builder.move_to(side[0].0, side[0].1);
                    side[1..].iter().for_each(|(x, y)| builder.line_to(*x, *y));
                    builder.close();
                    let path = builder.finish();
                    self.fill(path, &flap);
                }
                self.lines([(402.0, 610.0), (394.0, 630.0), (385.0, 650.0), (376.0, 668.0)], 2.5, &seam);
                self.lines([(376.0, 668.0), (350.0, 660.0), (326.0, 650.0), (301.0, 640.0)], 2.5, &seam);
                self.line([(300.0, 642.0), (300.0, 680.0), (300.0, 710.0), (300.0, 750.0)], 2.5, &seam);
            }
            Top::Blazer => {
                let lapel = solid(shade(person.cloth, -0.22), 1.0);
                let right = [
                    [(420.0, 600.0), (430.0, 640.0), (424.0, 668.0)],
                    [(380.0, 700.0), (340.0, 730.0), (318.0, 752.0)],
                    [(330.0, 690.0), (360.0, 620.0), (386.0, 564.0)],
                ];
                self.fill(outline((386.0, 564.0), &right), &lapel);
                let mirrored = right.map(|piece| piece.map(|(x, y)| (600.0 - x, y)));
                self.fill(outline((214.0, 564.0), &mirrored), &lapel);
            }
            Top::Scrubs | Top::Crew => {}
        }
    }

    pub fn head(&mut self, person: &Person) {
        let ear = solid(shade(person.skin, -0.1), 1.0);
        if !matches!(person.hair, Hair::Scarf | Hair::Long | Hair::Bob) {
            self.fill_broad(oval(179.0, 350.0, 18.0, 36.0), &ear);
            self.fill_broad(oval(421.0, 350.0, 18.0, 36.0), &ear);
            let inner = solid(shade(person.skin, -0.3), 0.6);
            self.fill_broad(oval(177.0, 352.0, 8.0, 22.0), &inner);
            self.fill_broad(oval(423.0, 352.0, 8.0, 22.0), &inner);
        }
        let skin =
            glow(272.0, 300.0, 270.0, colour(shade(person.skin, 0.14), 1.0), colour(shade(person.skin, -0.2), 1.0));
        self.fill_broad(head_outline(), &skin);
        let blush = colour(person.lips, 0.22);
        for x in [226.0, 374.0] {
            self.fill(oval(x, 400.0, 44.0, 34.0), &glow(x, 400.0, 44.0, blush, colour(person.lips, 0.0)));
        }
    }

    pub fn features(&mut self, person: &Person) {
        let shadow = shade(person.skin, -0.38);
        for x in [243.0_f32, 357.0] {
            self.fill(oval(x, 330.0, 42.0, 26.0), &glow(x, 326.0, 42.0, colour(shadow, 0.34), colour(shadow, 0.0)));
            let eye = |lift: f32| {
                outline(
                    (x - 29.0, 340.0),
                    &[
                        [(x - 16.0, 318.0 - lift), (x + 14.0, 318.0 - lift), (x + 29.0, 338.0)],
                        [(x + 14.0, 354.0), (x - 14.0, 355.0), (x - 29.0, 340.0)],
                    ],
                )
            };
            self.fill(eye(0.0), &solid(0xF7F4F0, 1.0));
            let iris =
                glow(x, 336.0, 14.0, colour(shade(person.eyes, 0.2), 1.0), colour(shade(person.eyes, -0.35), 1.0));
            self.fill(oval(x, 336.0, 13.0, 13.5), &iris);
            self.fill(oval(x, 336.0, 6.0, 6.0), &solid(0x0C0908, 1.0));
            self.fill(oval(x + 4.5, 331.0, 3.2, 3.2), &solid(0xFFFFFF, 0.95));
            // The lid covers the top of the iris, so the gaze looks calm and not startled.
            self.line(
                [(x - 30.0, 340.0), (x - 16.0, 320.0), (x + 14.0, 320.0), (x + 30.0, 338.0)],
                5.5,
                &solid(0x1E1410, 0.9),
            );
            self.line(
                [(x - 27.0, 342.0), (x - 13.0, 356.0), (x + 13.0, 356.0), (x + 27.0, 341.0)],
                2.0,
                &solid(shadow, 0.8),
            );
            self.line(
                [(x - 28.0, 327.0), (x - 14.0, 310.0), (x + 14.0, 309.0), (x + 28.0, 326.0)],
                2.5,
                &solid(shadow, 0.6),
            );
        }
        let covered = matches!(person.hair, Hair::Scarf | Hair::Turban);
        let brow_colour = if covered { 0x1C1412 } else { shade(person.hair_colour, -0.3) };
        let brow = solid(brow_colour, 0.88);
        let weight = if person.beard == Beard::None { 9.0 } else { 12.0 };
        self.lines([(326.0, 299.0), (344.0, 284.0), (372.0, 282.0), (395.0, 297.0)], weight, &brow);
        let nose = solid(shadow, 0.55);
        self.line([(314.0, 336.0), (314.0, 366.0), (322.0, 386.0), (330.0, 404.0)], 5.0, &solid(shadow, 0.28));
        self.fill(
            oval(300.0, 398.0, 26.0, 18.0),
            &glow(296.0, 392.0, 26.0, colour(shade(person.skin, 0.3), 0.5), colour(person.skin, 0.0)),
        );
        self.line([(272.0, 408.0), (270.0, 420.0), (284.0, 422.0), (290.0, 418.0)], 3.5, &nose);
        self.line([(328.0, 408.0), (330.0, 420.0), (316.0, 422.0), (310.0, 418.0)], 3.5, &nose);
        self.line([(288.0, 419.0), (294.0, 424.0), (306.0, 424.0), (312.0, 419.0)], 3.0, &nose);
        if person.lines > 0.0 {
            let crease = solid(shadow, 0.5 * person.lines);
            self.lines([(338.0, 412.0), (352.0, 424.0), (360.0, 440.0), (361.0, 456.0)], 3.0, &crease);
            self.lines([(396.0, 330.0), (404.0, 326.0), (410.0, 322.0), (414.0, 318.0)], 2.0, &crease);
            self.lines([(396.0, 338.0), (404.0, 339.0), (410.0, 340.0), (415.0, 341.0)], 2.0, &crease);
            self.line([(256.0, 250.0), (286.0, 244.0), (316.0, 244.0), (344.0, 250.0)], 2.0, &crease);
            self.line([(250.0, 264.0), (284.0, 258.0), (316.0, 258.0), (350.0, 264.0)], 2.0, &crease);
            self.lines([(330.0, 362.0), (344.0, 370.0), (362.0, 370.0), (376.0, 362.0)], 2.0, &crease);
        }
    }

    pub fn mouth(&mut self, person: &Person) {
        let upper = [
            [(282.0, 446.0), (290.0, 442.0), (300.0, 448.0)],
            [(310.0, 442.0), (318.0, 446.0), (348.0, 458.0)],
            [(320.0, 464.0), (280.0, 464.0), (252.0, 458.0)],
        ];
        let lower =
            [[(280.0, 464.0), (320.0, 464.0), (348.0, 458.0)], [(330.0, 482.0), (270.0, 482.0), (252.0, 458.0)]];
        self.fill(outline((252.0, 458.0), &lower), &solid(shade(person.lips, 0.1), 1.0));
        self.fill(outline((252.0, 458.0), &upper), &solid(shade(person.lips, -0.12), 1.0));
        self.fill(oval(302.0, 469.0, 18.0, 4.0), &solid(0xFFFFFF, 0.2));
        self.line(
            [(246.0, 455.0), (272.0, 465.0), (328.0, 465.0), (354.0, 455.0)],
            3.2,
            &solid(shade(person.lips, -0.55), 0.85),
        );
        let under = shade(person.skin, -0.4);
        self.fill(oval(300.0, 492.0, 30.0, 8.0), &glow(300.0, 490.0, 30.0, colour(under, 0.35), colour(under, 0.0)));
    }

    pub fn beard(&mut self, person: &Person) {
        let shape = || {
            symmetric(
                430.0,
                &[
                    [(330.0, 426.0), (352.0, 432.0), (372.0, 440.0)],
                    [(398.0, 430.0), (410.0, 400.0), (416.0, 360.0)],
                    [(424.0, 440.0), (404.0, 500.0), (366.0, 530.0)],
                    [(344.0, 546.0), (322.0, 548.0), (300.0, 548.0)],
                ],
            )
        };
        match person.beard {
            Beard::None => {}
            Beard::Stubble => {
                let hair = shade(person.hair_colour, 0.05);
                let tint = glow(300.0, 520.0, 190.0, colour(hair, 0.42), colour(hair, 0.10));
                let broad = self.broad();
                let mask = head_outline().and_then(|head| {
                    let mut mask = Mask::new(WIDTH, HEIGHT)?;
                    mask.fill_path(&head, FillRule::Winding, true, broad);
                    Some(mask)
                });
                if let (Some(path), Some(mask)) = (shape(), mask) {
                    self.pixels.fill_path(&path, &tint, FillRule::Winding, broad, Some(&mask));
                }
            }
            Beard::Full => {
                let covered = person.hair == Hair::Turban;
                let hair = if covered { 0x211815 } else { shade(person.hair_colour, -0.1) };
                self.fill_broad(shape(), &downwards(360.0, 560.0, shade(hair, 0.1), shade(hair, -0.3)));
                let strand = solid(shade(hair, 0.25), 0.35);
                for step in 0..9 {
                    let x = 304.0 + step as f32 * 10.0;
                    let lift = step as f32 * 5.0;
                    self.lines(
                        [(x, 500.0 - lift), (x + 2.0, 512.0 - lift), (x, 528.0 - lift), (x - 5.0, 540.0 - lift)],
                        2.2,
                        &strand,
                    );
                }
            }
        }
    }
}

fn head_outline() -> Option<Path> {
    symmetric(
        168.0,
        &[
            [(374.0, 168.0), (424.0, 222.0), (420.0, 330.0)],
            [(418.0, 410.0), (404.0, 462.0), (374.0, 500.0)],
            [(350.0, 528.0), (328.0, 542.0), (300.0, 542.0)],
        ],
    )
}
