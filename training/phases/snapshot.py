"""Phase SNAPSHOT: freeze the labels that the round trains on and is measured with."""

from annotations.models import Split
from training import snapshots
from training.models import RoundMode
from training.round_run import RoundRun


def run(round_run: RoundRun) -> None:
    """Freeze the labels, once; warn when a split has no labeled image.

    Raises NothingToTrainOn when the labels do not suffice.
    """
    round_, config = round_run.round, round_run.config
    if round_.snapshot is not None:
        return
    snapshot = snapshots.freeze(
        round_.project,
        use_auto=config.use_auto_labels,
        need_training=round_.mode != RoundMode.EVAL,
        need_labels=round_.mode == RoundMode.EVAL or not config.model,
    )
    for split in (Split.CALIBRATION, Split.TEST):
        if not snapshot.counts[split]["images"]:
            round_run.note("warning", text=_describe_missing(split))
    round_.snapshot = snapshot
    round_run.job.write(snapshot=snapshot)


def _describe_missing(split: Split) -> str:
    if split == Split.CALIBRATION:
        return (
            "No labeled image is in the calibration split: no type gets a threshold, everything goes to "
            "people. Label some of its images."
        )
    return "No labeled image is in the test split: this round reports no accuracy. Label some of its images."
