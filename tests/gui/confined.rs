//! The window keeps to itself: what somebody smuggles into its page does not run, and nobody elsewhere is asked for anything. The content
//! security policy as the engine reads it.

use crate::window::Window;
use serde_json::json;
use std::net::TcpListener;

/// Tries each of it; what it came to is in `__smuggled`, what the engine stopped in `__stopped`.
const TRIES: &str = "window.__smuggled = []; window.__stopped = []; \
    addEventListener('securitypolicyviolation', (e) => __stopped.push(e.effectiveDirective + ' ' + e.blockedURI)); \
    const put = (name, what) => { const made = Object.assign(document.createElement(name), what); made.className = 'smuggled'; document.body.append(made); }; \
    put('script', { textContent: \"__smuggled.push('inline')\" }); \
    put('script', { src: elsewhere + '/script.js' }); \
    put('style', { textContent: 'main { color: rgb(1, 2, 3) }' }); \
    put('img', { src: elsewhere + '/picture.png', alt: '' }); \
    put('iframe', { src: elsewhere + '/frame.html' }); \
    fetch(elsewhere).then(() => __smuggled.push('fetch'), () => {}); \
    try { eval(\"__smuggled.push('eval')\") } catch {} \
    return elsewhere";

/// What the engine has to stop, by directive, in the order of the tries.
const STOPPED: [&str; 7] = [
    "script-src-elem inline",
    "script-src-elem http",
    "style-src-elem inline",
    "img-src http",
    "frame-src http",
    "connect-src http",
    "script-src eval",
];

/// On whatever page it is.
pub(crate) async fn keeps_to_itself(window: &Window) {
    assert_eq!(window.faults().await, "[]");
    // Somebody who would answer.
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    window.ask(&format!("const elsewhere = 'http://{}'; {TRIES}", elsewhere.local_addr().unwrap())).await;
    let all = json!(STOPPED);
    window.until(&format!("return {all}.every((one) => __stopped.some((stopped) => stopped.startsWith(one)))")).await;
    let came_to = "const colour = getComputedStyle(document.querySelector('main')).color; \
        document.querySelectorAll('.smuggled').forEach((one) => one.remove()); \
        return [__smuggled, colour === 'rgb(1, 2, 3)']";
    assert_eq!(window.ask(came_to).await, json!([[], false]));
    assert!(elsewhere.accept().is_err(), "somebody elsewhere was asked");
    // These violations were wanted; any other is a fault.
    let others = window.ask("return __faults.splice(0).filter((one) => !/^(script|style|img|frame|connect)-src/.test(one))").await;
    assert_eq!(others, json!([]));
}
