import pytest

from customers.devices import device_of

CHROME = "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 {CHROME} Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko Firefox/145.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU OS 18_1 like Mac OS X) Safari/604.1", "Safari on an iPhone"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME}", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) Safari/605.1.15", "Safari on a Mac"),
        ("curl/8.5.0", "curl"),
        ("", "Something unknown"),
    ],
)  # fmt: skip
def test_a_device_in_words(user_agent, words):
    assert device_of(user_agent) == words
