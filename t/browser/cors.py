"""Can a page of another origin use the API of spa-cors.conf?

    cors.py PAGE API TOKEN

PAGE is where the browser begins, API the gate's URL of /timesheets.  Prints
"ok WHAT" or "not ok WHAT".  Started by cors.t.
"""

import sys

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ASK = """
var done = arguments[arguments.length - 1], headers = {};
if (arguments[2]) { headers.Authorization = 'Bearer ' + arguments[2]; }
if (arguments[3]) { headers[arguments[3]] = 'x'; }
fetch(arguments[0], {method: arguments[1], headers: headers})
    .then(function (r) {
        return r.text().then(function (t) {
            done([r.status, r.headers.get('WWW-Authenticate') || '', t]);
        });
    }, function (e) { done([0, '', String(e)]); });
"""


def tell(good, what, why=""):
    print("ok " + what if good else "not ok " + what, flush=True)
    if not good:
        print("  " + str(why), flush=True)


def main():
    page, api, token = sys.argv[1:]
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--no-proxy-server",
                   "--ignore-certificate-errors",
                   "--host-resolver-rules=MAP *.exampleco.com 127.0.0.1"):
        options.add_argument(option)
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                              options=options)

    def ask(method, token=None, header=None):
        return driver.execute_async_script(ASK, api, method, token, header)

    try:
        driver.get(page)
        if "app.exampleco" in page:
            got = ask("GET", token)
            tell(got[0] == 200, "a page of ours reads", got)
            got = ask("POST", token)
            tell(got[0] == 403 and "insufficient_scope" in got[1],
                 "and sees why it may not write", got)
            got = ask("GET", "x")
            tell(got[0] == 401 and "invalid_token" in got[1],
                 "and that it must renew its token", got)
            got = ask("DELETE", token)
            tell(got[0] == 0, "a method that nobody named is not sent", got)
            got = ask("GET", token, "X-Other")
            tell(got[0] == 0, "nor a header that nobody named", got)
        else:
            got = ask("GET", token)
            tell(got[0] == 0, "a page of others is not let in", got)
    finally:
        driver.quit()


main()
