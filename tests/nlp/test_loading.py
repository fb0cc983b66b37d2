"""Loading what screening needs, while posts come in already."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from nlp import commonness, entities
from nlp.classifier import SHIPPED, ShippedClassifier
from nlp.loading import LOADING


def test_numpy_is_there_before_the_service_starts_a_thread() -> None:
    """Two threads that import it at once break every later import in the process."""
    asked = "import sys, namewatch.service; sys.exit('numpy' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(lambda: entities.shipped(entities.FOLDER), id="names"),
        pytest.param(lambda: ShippedClassifier(SHIPPED.folder).warm(), id="classifier"),
        pytest.param(lambda: commonness.zipf("the"), id="words"),
    ],
)
def test_a_library_waits_until_another_one_is_loaded(load: Callable[[], object]) -> None:
    commonness.reader.cache_clear()
    commonness.zipf.cache_clear()
    thread = threading.Thread(target=load)
    with LOADING:
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(60)
    assert not thread.is_alive()
