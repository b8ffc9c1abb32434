"""A trained model folder on labelled texts: the model alone, without the rules around it."""

from pathlib import Path

from eval.base import Measurement
from eval.examples import read_examples, with_zeros
from eval.tasks.labels import measure_labels
from eval.tasks.unit import with_unknown
from models.factory import load_classifier


def trained_rows(task: str, data: Path, model: Path) -> Measurement:
    """Score a labelled file with the classifier in `model`."""
    classifier = load_classifier(model)
    examples = with_zeros(read_examples(data, task=task), classifier.labels)
    scores = classifier.scores([example.text for example in examples])
    gold = [example.label for example in examples]
    return with_unknown(measure_labels(gold, scores, classifier.labels), gold, classifier.labels)
