import pytest
from doses import sheet


def test_prints_what_was_prescribed():
    assert sheet(3, 250) == "Bed 3: 250 mg"


def test_refuses_what_no_table_has():
    with pytest.raises(ValueError):
        sheet(3, 0)
