//! Curves over time with the bands of their intervals, as SVG in the page's own colours: they change with light, dark
//! and print.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;

/// A curve.
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) ink: Ink,
    /// Time in seconds, value, half the width of its interval.
    pub(super) points: Vec<(f64, f64, f64)>,
}

/// A colour of the style.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    First,
    Second,
    Third,
}

/// What an axis counts. Ticks lie at round numbers of its unit.
#[derive(Clone, Copy)]
pub(super) enum Axis {
    Count,
    Share,
    /// Seconds, told in minutes where they are many.
    Seconds,
    /// Seconds since this second of a day, told as times of day.
    Clock(u32),
}

impl Axis {
    /// How many seconds a unit has.
    fn unit(self, most: f64) -> f64 {
        match self {
            Self::Clock(_) => 3_600.0,
            Self::Seconds if most > 180.0 => 60.0,
            Self::Count | Self::Share | Self::Seconds => 1.0,
        }
    }

    fn written(self, value: f64, unit: f64) -> String {
        match self {
            Self::Count if value >= 10.0 || value.fract() == 0.0 => format!("{value:.0}"),
            Self::Count => format!("{value:.1}"),
            Self::Share => format!("{:.0} %", value * 100.0),
            Self::Seconds if unit > 1.0 => format!("{value} min"),
            Self::Seconds => format!("{value} s"),
            Self::Clock(start) => {
                let minutes = (f64::from(start) / 60.0 + value * 60.0).round() % 1_440.0;
                format!("{:02.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
            }
        }
    }
}

const WIDTH: u32 = 640;
const HEIGHT: u32 = 240;

/// What the plotter is told, and what stands there in the end.
const TEXT: (RGBColor, &str) = (RGBColor(1, 2, 3), "var(--soft)");
const LINE: (RGBColor, &str) = (RGBColor(1, 2, 4), "var(--line)");

impl Ink {
    fn colour(self) -> (RGBColor, &'static str) {
        match self {
            Self::First => (RGBColor(1, 2, 5), "var(--reserved-edge)"),
            Self::Second => (RGBColor(1, 2, 6), "var(--waiting-edge)"),
            Self::Third => (RGBColor(1, 2, 7), "var(--assigned)"),
        }
    }
}

/// A figure with its caption; nothing where there is nothing to draw.
pub(super) fn plot(title: &str, curves: &[Curve], axis: Axis, along: Axis) -> Markup {
    let Some(svg) = drawn(curves, axis, along) else { return html! {} };
    html! {
        figure {
            figcaption {
                (title)
                ul { @for curve in curves { li { i style={ "color:" (curve.ink.colour().1) } {} (curve.name) } } }
            }
            (PreEscaped(svg))
        }
    }
}

fn drawn(curves: &[Curve], axis: Axis, along: Axis) -> Option<String> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let last = points().map(|(at, ..)| *at).fold(f64::NAN, f64::max);
    let first = points().map(|(at, ..)| *at).fold(f64::NAN, f64::min);
    let most = points().map(|(_, value, half)| value + half).fold(0.0, f64::max);
    let (across, up) = (along.unit(last), axis.unit(most));
    let top = if matches!(axis, Axis::Share) { 1.0 } else { (most / up * 1.08).max(1e-3) };
    let (first, last) = (first / across, last / across);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        let ranges = (first..last.max(first + 1e-9), 0.0..top);
        // Nothing is drawn where there is nothing, and a string takes whatever is drawn.
        (first < f64::INFINITY).then_some(())?;
        let mut chart = ChartBuilder::on(&area)
            .margin(6)
            .x_label_area_size(26)
            .y_label_area_size(52)
            .build_cartesian_2d(ranges.0, ranges.1)
            .ok()?;
        let text = ("sans-serif", 13).into_font().color(&TEXT.0);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(LINE.0)
            .axis_style(LINE.0)
            .label_style(text)
            .x_labels(9)
            .y_labels(5)
            .x_label_formatter(&|at| along.written(*at, across))
            .y_label_formatter(&|value| axis.written(*value, up))
            .draw()
            .ok()?;
        for curve in curves {
            let colour = curve.ink.colour().0;
            let edge = |sign: f64| {
                let height = move |value: f64, half: f64| ((value + sign * half) / up).clamp(0.0, top);
                curve.points.iter().map(move |(at, value, half)| (at / across, height(*value, *half)))
            };
            let band: Vec<(f64, f64)> = edge(1.0).chain(edge(-1.0).rev()).collect();
            chart.draw_series(std::iter::once(Polygon::new(band, colour.mix(0.2)))).ok()?;
            let line = curve.points.iter().map(|(at, value, _)| (at / across, value / up));
            chart.draw_series(LineSeries::new(line, colour.stroke_width(2))).ok()?;
        }
        area.present().ok()?;
    }
    Some(coloured(svg))
}

/// The page's colours in the places of those the plotter was told.
fn coloured(svg: String) -> String {
    let colours = [TEXT, LINE, Ink::First.colour(), Ink::Second.colour(), Ink::Third.colour()];
    colours.iter().fold(svg, |svg, (RGBColor(red, green, blue), name)| {
        svg.replace(&format!("#{red:02X}{green:02X}{blue:02X}"), name)
    })
}
