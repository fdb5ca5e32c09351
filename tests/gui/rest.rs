//! When a picture can be taken: the page has all that it asked the program for, nothing in it moves, and the display shows it so.

/// Counts from now on what the page has asked for and not been answered.
pub(crate) const COUNTS: &str = "window.__asked = 0; const plain = window.fetch; \
    window.fetch = (...all) => { __asked += 1; return plain.apply(window, all).finally(() => { __asked -= 1; }); };";

/// Answers once the page has been at rest for some frames. What never rests is taken as it is after a few seconds.
pub(crate) const RESTS: &str = "const done = arguments[arguments.length - 1], begun = performance.now(); \
    const changes = new MutationObserver(() => {}); \
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true }); \
    let quiet = 0; \
    const look = () => { \
      const moves = document.getAnimations().some((one) => one.playState === 'running' && Number.isFinite(one.effect.getComputedTiming().endTime)); \
      const misses = window.__asked > 0 || document.fonts.status !== 'loaded' || [...document.images].some((one) => !one.complete && one.loading !== 'lazy'); \
      quiet = moves || misses || changes.takeRecords().length ? 0 : quiet + 1; \
      if (quiet < 6 && performance.now() - begun < 5000) requestAnimationFrame(look); \
      else { changes.disconnect(); done(quiet); } \
    }; \
    requestAnimationFrame(look)";

/// Puts a mark of a colour into the corner, or takes it away.
pub(crate) const MARKS: &str = "document.getElementById('painted')?.remove(); \
    if (arguments[0]) { \
      const mark = document.createElement('i'); \
      mark.id = 'painted'; \
      mark.style.cssText = 'position: fixed; inset: 0 auto auto 0; width: 3px; height: 3px; z-index: 2147483647; background: rgb(' + arguments[0] + ')'; \
      document.documentElement.append(mark); \
    }";

/// So many pixels of the display it takes at most, to the right and down: text may be twice as large.
pub(crate) const MARKED: u32 = 8;
