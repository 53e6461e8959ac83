import pytest

from myhibachi.core.ids import typed_reference


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("H-7KQ3XWM", ("H", "7KQ3XWM")),
        ("h-7kq3xwm", ("H", "7KQ3XWM")),
        ("h-3x", ("H", "3X")),
        ("Q-7KQ3XWM v2", ("Q", "7KQ3XWM")),
        ("7kq3xwm", ("", "7KQ3XWM")),
        ("7kq3", None),
        ("H-", None),
        ("J-KAY", None),
        ("H-7KQ3XWMM", None),
        # 0 and O, 1 and I are in no reference.
        ("H-O0", None),
        ("", None),
    ],
)
def test_a_reference_is_known_by_its_beginning(typed, found):
    assert typed_reference(typed) == found
