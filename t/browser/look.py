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


def reads(driver, url):
    window(driver, 1200, "light")
    driver.get(url)
    tell(driver.title == "nginx-jwt-scope: status",
         "the title is ours: no foreign script ran", driver.title)
    tell(not driver.find_elements(By.CSS_SELECTOR, "main img, main script"),
         "foreign words make no elements")
    text = driver.find_element(By.TAG_NAME, "main").text
    tell("<img src=x onerror=" in text, "they are shown as they are")
    tell("\u202e" not in text, "but for what turns the text round")
    tell("unprotected, passed on" in text, "open locations stand out in words")
    names = [h.text for h in driver.find_elements(By.TAG_NAME, "h2")]
    tell(names == ["Issuers and their keys", "Requests",
                   "Locations and what they ask"], "headings", names)
    bare = driver.execute_script(
        "return [].filter.call(document.querySelectorAll('table'),"
        "function(t){return !t.caption||!t.querySelector('th[scope=col]')"
        "||!t.querySelector('th[scope=row]')&&!t.querySelector('[colspan]')})"
        ".length")
    tell(bare == 0, "tables have captions and headers", bare)
    tell(driver.execute_script("return document.documentElement.lang") == "en",
         "its language is told")


def total(driver):
    return driver.execute_script(
        "return [].reduce.call(document.querySelectorAll('.bar'),"
        "function(n,e){return n+Number(e.previousSibling.textContent)},0)")


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
    tell(total(driver) >= before + 3, "it brings itself up to date",
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
    finally:
        driver.quit()
    plain = browser("--blink-settings=scriptEnabled=false")
    try:
        plain.get(url)
        tell("keys serve" in plain.page_source, "it is there without scripts")
    finally:
        plain.quit()


if __name__ == "__main__":
    main()
