"""Does the page of jwt_status work in a browser?

    look.py URL TOKEN DIR

Prints "ok WHAT" or "not ok WHAT" for each thing that it looks at, and leaves
pictures in DIR.  Started by status.t.
"""

import sys
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

CONTRAST = """
function rgb(c) {
    var m = c.match(/[\\d.]+/g).map(Number);
    return m.length < 4 ? m.concat(1) : m;
}
function lum(c) {
    var v = c.slice(0, 3).map(function (x) {
        x /= 255;
        return x <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}
function behind(e) {
    for (; e; e = e.parentElement) {
        var c = rgb(getComputedStyle(e).backgroundColor);
        if (c[3] > 0) { return c; }
    }
    return [255, 255, 255, 1];
}
var low = [];
document.querySelectorAll('body *').forEach(function (e) {
    var own = [].some.call(e.childNodes, function (n) {
        return n.nodeType === 3 && n.nodeValue.trim();
    });
    if (!own || !e.getClientRects().length || /SCRIPT|STYLE|title/.test(
        e.tagName)) { return; }
    var a = lum(rgb(getComputedStyle(e).color)), b = lum(behind(e));
    var r = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (r < 4.5) {
        low.push(e.tagName + '.' + e.className + ' ' + r.toFixed(2));
    }
});
return low;
"""


def tell(good, what, why=""):
    print("ok " + what if good else "not ok " + what, flush=True)
    if not good and why:
        print("  " + str(why), flush=True)


def browser(*more):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--no-proxy-server", *more):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                            options=options)


def window(driver, width, scheme):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}]})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1,
        "mobile": width < 600})


def picture(driver, path):
    size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
    height = int(size["cssContentSize"]["height"])
    width = int(size["cssLayoutViewport"]["clientWidth"])
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1,
        "mobile": width < 600})
    driver.save_screenshot(path)


def looks(driver, url, where):
    for width, scheme in ((1200, "light"), (1200, "dark"), (390, "light"),
                          (390, "dark")):
        what = "%s, %d wide" % (scheme, width)
        window(driver, width, scheme)
        driver.get(url)
        low = driver.execute_script(CONTRAST)
        tell(not low, what + ": contrast", low)
        wide = driver.execute_script(
            "return document.documentElement.scrollWidth - innerWidth")
        tell(wide <= 0, what + ": nothing sticks out", wide)
        picture(driver, "%s/%s-%d.png" % (where, scheme, width))


def unfold(driver):
    driver.execute_script("document.querySelectorAll('details')"
                          ".forEach(function(e){e.open=true})")


def reads(driver, url):
    window(driver, 1200, "light")
    driver.get(url)
    first = driver.find_element(By.CSS_SELECTOR, ".alerts li").text
    tell(first.startswith("Alarm: down has no keys"),
         "what is worst stands first", first)
    kinds = [li.get_attribute("class") for li in
             driver.find_elements(By.CSS_SELECTOR, ".alerts li")]
    tell(kinds == sorted(kinds), "red before yellow", kinds)
    unfold(driver)
    tell(driver.title == "nginx-jwt-scope: status",
         "the title is ours: no foreign script ran", driver.title)
    tell(not driver.find_elements(By.CSS_SELECTOR, "main img, main script"),
         "foreign words make no elements")
    text = driver.find_element(By.TAG_NAME, "main").text
    tell("<img src=x onerror=" in text, "they are shown as they are")
    tell("\u202e" not in text, "but for what turns the text round")
    tell("\\u202e" in text, "of which the escape is shown")
    tell("not guarded, passes requests on" in text, "open locations stand out in words")
    names = [h.text for h in driver.find_elements(By.TAG_NAME, "h2")]
    tell(names == ["Requests", "Issuers and their keys",
                   "Locations and what they require", "Memory"], "headings", names)
    bare = driver.execute_script(
        "return [].filter.call(document.querySelectorAll('table'),"
        "function(t){return !t.caption||!t.querySelector('th[scope=col]')"
        "||!t.querySelector('th[scope=row]')&&!t.querySelector('[colspan]')})"
        ".length")
    tell(bare == 0, "tables have captions and headers", bare)
    tell(driver.execute_script("return document.documentElement.lang") == "en",
         "its language is declared")


def total(driver):
    return driver.execute_script(
        "return [].reduce.call(document.querySelectorAll("
        "'td[data-l=Total]'),function(n,e){"
        "return n+Number(e.textContent.replace(/,/g,''))},0)")


def until(true, seconds=12):
    for _ in range(seconds * 10):
        if true():
            return True
        time.sleep(0.1)
    return False


def updated(driver):
    driver.execute_script("document.querySelector('main').dataset.old=1")
    return until(lambda: driver.execute_script(
        "return !document.querySelector('main').dataset.old"))


def tools(driver, url):
    """The filter, the order, and that they outlive an update."""
    window(driver, 1200, "light")
    driver.get(url)
    q = driver.find_element(By.ID, "q")
    q.send_keys("upload")
    rows = [r.text.split("\n")[0] for r in
            driver.find_elements(By.CSS_SELECTOR, "tr.f")
            if r.is_displayed()]
    tell(rows and all("upload" in r for r in rows), "the filter", rows)
    tell(updated(driver), "an update comes")
    now = [r.text.split("\n")[0] for r in
           driver.find_elements(By.CSS_SELECTOR, "tr.f") if r.is_displayed()]
    tell(now == rows, "and leaves the filter as it was", now)
    tell(driver.switch_to.active_element.get_attribute("id") == "q",
         "and the focus")
    q.send_keys("\ue003" * 6)
    fold = driver.find_element(By.CSS_SELECTOR, "#issuer-0 > summary")
    was = driver.execute_script(
        "return document.getElementById('issuer-0').open")
    fold.send_keys("\ue007")
    updated(driver)
    tell(driver.execute_script(
        "return document.getElementById('issuer-0').open") == (not was),
        "what was folded or not by the keyboard stays so")
    tell(driver.execute_script(
        "return document.activeElement.parentNode.id") == "issuer-0",
        "with the focus")
    driver.execute_script(
        "var b=document.getElementById('by');b.value='n';"
        "b.dispatchEvent(new Event('change'))")
    sorted_ = driver.execute_script(
        "return [].every.call(document.querySelectorAll('tbody'),"
        "function(b){var n=[].map.call(b.querySelectorAll('tr[data-n]'),"
        "function(e){return +e.dataset.n});"
        "return n.every(function(x,i){return !i||n[i-1]>=x})})")
    tell(sorted_, "the order")


def stale(driver, url):
    """What is seen when nginx no longer answers."""
    window(driver, 1200, "light")
    driver.get(url)
    driver.set_network_conditions(offline=True, latency=0, throughput=0)
    live = driver.find_element(By.ID, "live")
    tell(until(lambda: "no answer from nginx" in live.text),
         "an old page says so", live.text)
    tell(live.get_attribute("class") == "bad", "in red")
    driver.delete_network_conditions()
    tell(until(lambda: live.text == "Updated every 5 s"),
         "and no longer when there is an answer", live.text)
    driver.get_log("browser")


def lives(driver, url, token):
    window(driver, 1200, "light")
    driver.get(url)
    before = total(driver)
    request = urllib.request.Request(url.replace("/gate", "/timesheets/"),
                                     headers={"Authorization":
                                              "Bearer " + token})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request).read()
    for _ in range(100):
        if total(driver) > before:
            break
        time.sleep(0.1)
    tell(total(driver) >= before + 1, "it brings itself up to date",
         (before, total(driver)))
    bad = [entry for entry in driver.get_log("browser")]
    tell(not bad, "nothing is refused by its own policy", bad)
    driver.execute_script(
        "var s=document.createElement('script');"
        "s.textContent='document.title=1';document.body.append(s)")
    tell(driver.title != "1", "a script of others is")


def main():
    url, token, where = sys.argv[1:]
    driver = browser()
    try:
        looks(driver, url, where)
        reads(driver, url)
        lives(driver, url, token)
        tools(driver, url)
        stale(driver, url)
    finally:
        driver.quit()
    plain = browser("--blink-settings=scriptEnabled=false")
    try:
        plain.get(url)
        tell("keys OK" in plain.page_source, "it is there without scripts")
    finally:
        plain.quit()


if __name__ == "__main__":
    main()
