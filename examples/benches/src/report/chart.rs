//! A chart as SVG: a bar for each row, its spread as a thin line, and its aim as a mark.
//!
//! The colours have enough contrast on white and on black, since a page may show the file on either.

use std::fmt::Write as _;

use super::short;
use crate::row::{Aim, Row};
use crate::stats::Spread;

/// The colour of text and axes.
const INK: &str = "#737b85";
/// The colour of a bar whose aim is met, or that has none.
const MET: &str = "#3d85c6";
/// The colour of a bar whose aim is missed.
const MISSED: &str = "#c9702b";

/// The beginning of the names of bare frameworks.
const BARE: &str = "bare ";

const LABELS: f64 = 400.0;
const BARS: f64 = 360.0;
const VALUES: f64 = 150.0;
const LINE: f64 = 22.0;
const HEAD: f64 = 66.0;

/// One bar.
pub(crate) struct Bar<'a> {
    label: &'a str,
    ratio: Spread,
    aim: Option<Aim>,
}

impl<'a> Bar<'a> {
    /// Returns the throughput of a row as a part of its reference's; `None` if its ratio is another one.
    pub(crate) fn throughput(row: &'a Row) -> Option<Self> {
        let ratio = row.ratio.filter(|_| row.unit == "/s")?;
        Some(Self {
            label: &row.name,
            ratio,
            aim: row.aim,
        })
    }

    /// Returns the CPU time of a row, in requests of its reference; `None` if that is not a bare framework.
    pub(crate) fn cpu(row: &'a Row) -> Option<Self> {
        let bare = row
            .against
            .as_ref()
            .is_some_and(|name| name.starts_with(BARE));
        let cpu = row.cpu.as_ref().filter(|_| bare)?;
        Some(Self {
            label: &row.name,
            ratio: cpu.ratio,
            aim: cpu.aim,
        })
    }
}

/// Returns the chart.
pub(crate) fn chart(title: &str, note: &str, bars: &[Bar<'_>]) -> String {
    let reach = |bar: &Bar<'_>| bar.ratio.high.max(bar.aim.map_or(0.0, Aim::bound));
    let most = bars.iter().map(reach).fold(1.0, f64::max);
    let (width, mut top) = (LABELS + BARS + VALUES, HEAD);
    let mut drawn = String::new();
    for bar in bars {
        draw(&mut drawn, bar, top, BARS / most);
        top += LINE;
    }
    let (title, note) = (escaped(title), escaped(note));
    let one = LABELS + BARS / most;
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">
<title>{title}</title>
<desc>{note}</desc>
<text x="8" y="22" font-size="16" font-weight="600">{title}</text>
<text x="8" y="42">{note}</text>
<line x1="{one:.1}" x2="{one:.1}" y1="{axis:.1}" y2="{top:.1}" stroke="{INK}" stroke-dasharray="2 3"/>
<text x="{one:.1}" y="{above:.1}" text-anchor="middle">1</text>"#,
        height = top + 12.0,
        axis = HEAD - 6.0,
        above = HEAD - 9.0,
    );
    svg + &drawn + "</svg>\n"
}

/// Draws one bar, `scale` pixels wide for a ratio of 1.
fn draw(svg: &mut String, bar: &Bar<'_>, top: f64, scale: f64) {
    let Spread { median, low, high } = bar.ratio;
    let x = |figure: f64| LABELS + figure * scale;
    let missed = bar.aim.is_some_and(|aim| !aim.is_met_by(median));
    let (middle, text) = (top + LINE / 2.0, top + LINE / 2.0 + 4.5);
    let value = match bar.aim {
        Some(aim) => format!("{} (aim {aim})", short(median)),
        None => short(median),
    };
    let _ = writeln!(
        svg,
        r#"<text x="{label_x:.1}" y="{text:.1}" text-anchor="end">{label}</text>
<rect x="{LABELS:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="2" fill="{colour}"/>
<line x1="{low:.1}" x2="{high:.1}" y1="{middle:.1}" y2="{middle:.1}" stroke="{INK}"/>
<text x="{value_x:.1}" y="{text:.1}">{value}</text>"#,
        label_x = LABELS - 8.0,
        label = escaped(bar.label),
        y = top + 4.0,
        width = median * scale,
        height = LINE - 8.0,
        colour = if missed { MISSED } else { MET },
        low = x(low),
        high = x(high),
        value_x = LABELS + BARS + 10.0,
        value = escaped(&value),
    );
    if let Some(aim) = bar.aim {
        let _ = writeln!(
            svg,
            r#"<line x1="{x:.1}" x2="{x:.1}" y1="{y1:.1}" y2="{y2:.1}" stroke="{INK}" stroke-width="3"/>"#,
            x = x(aim.bound()),
            y1 = top + 1.0,
            y2 = top + LINE - 1.0,
        );
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}
