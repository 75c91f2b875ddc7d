"""The invariants of the design (semantics, section 5), each with the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """`tests` are "file::test" below tests/."""

    says: str
    tests: tuple[str, ...]


FOLD = "core/test_verdict_properties.py"
TELLING = (
    "alerts/test_telling_machine.py::TestLives",
    "alerts/test_telling_lives.py::test_no_life_breaks_a_rule_of_telling",
)
LIVING = "invariants/test_living.py"
STORY = f"{FOLD}::test_the_fold_tells_the_story_the_page_tells"
STRUCTURE = (
    f"{FOLD}::test_segments_tile_and_every_down_millisecond_lies_in_exactly_one_incident",
    f"{FOLD}::test_a_clock_that_jumps_to_and_fro_breaks_no_timeline_and_no_incident",
    f"{LIVING}::test_what_is_remembered_of_any_life_is_whole",
)

CLAIMS = {
    "I1": Claim(
        "segments partition [created, now]",
        (
            STORY,
            *STRUCTURE,
            "history/test_history_tiling.py::test_what_is_committed_and_read_back_tiles_and_ends_with_the_last_change",
        ),
    ),
    "I2": Claim(
        "UP + DEGRADED + DOWN + UNKNOWN + MAINTENANCE + PAUSED = wall time, for any window and any split of it",
        (
            f"{FOLD}::test_the_shares_of_any_window_and_any_split_of_it_sum_to_wall_time",
            "history/test_history_tiling.py::test_any_window_is_covered_exactly",
            "history/test_history_tiling.py::test_a_window_split_in_two_says_the_same",
        ),
    ),
    "I3": Claim("incidents never overlap; at most one open; start <= confirmed <= end", (STORY, *STRUCTURE)),
    "I4": Claim("every DOWN millisecond lies in exactly one incident", STRUCTURE),
    "I5": Claim(
        'at most one "down" and one closing per incident; closing implies "down" was told',
        (
            *TELLING,
            f"{FOLD}::test_each_incident_has_at_most_one_down_and_one_closing_to_tell",
            f"{LIVING}::test_what_is_told_in_any_life_is_told_once_in_turn_and_in_measure",
        ),
    ),
    "I6": Claim(
        'per service "down" and closing alternate',
        (*TELLING, f"{LIVING}::test_what_is_told_in_any_life_is_told_once_in_turn_and_in_measure"),
    ),
    "I7": Claim(
        "unsuppressed, not flapping, fresh result: told = confirmed",
        (*TELLING, f"{LIVING}::test_at_rest_what_was_told_is_what_is_true"),
    ),
    "I8": Claim(
        "ending a suppression tells nothing by itself",
        (*TELLING, "alerts/test_telling.py::test_ending_a_maintenance_or_a_snooze_tells_nothing_by_itself"),
    ),
    "I9": Claim(
        "N CRITICAL in cadence: DOWN; M OK: not DOWN",
        (
            f"{FOLD}::test_n_failures_in_cadence_are_down_and_m_answers_are_not",
            f"{FOLD}::test_down_needs_n_in_a_row_and_never_less",
        ),
    ),
    "I10": Claim(
        "truncated, never rounded up; any DOWN forbids 100 %, any UP forbids 0 %",
        (
            f"{FOLD}::test_the_shares_of_any_window_and_any_split_of_it_sum_to_wall_time",
            "invariants/test_percent.py::test_a_share_is_cut_and_never_rounded_up",
        ),
    ),
    "I11": Claim("at most one check in flight per service", (f"{LIVING}::test_no_service_is_asked_twice_at_a_time",)),
    "I12": Claim(
        "at most one check per service in any recheck_interval after resume",
        (f"{LIVING}::test_after_a_sleep_nobody_is_asked_in_a_burst",),
    ),
    "I13": Claim("no CRITICAL whose epoch changed under it", (f"{LIVING}::test_nothing_counts_that_was_disturbed",)),
    "I14": Claim(
        "at most 5 notifications in 10 s",
        (
            *TELLING,
            f"{LIVING}::test_what_is_told_in_any_life_is_told_once_in_turn_and_in_measure",
            "alerts/test_telling.py::test_ten_thousand_over_a_minute_never_flood_the_screen",
        ),
    ),
    "I15": Claim(
        "restart at any point reproduces the same beliefs",
        (
            f"{FOLD}::test_a_restart_at_any_point_reproduces_the_belief",
            f"{FOLD}::test_a_life_with_restarts_ends_as_the_life_without",
            f"{LIVING}::test_a_restart_believes_what_was_believed",
        ),
    ),
    "I16": Claim(
        "every incident is in a delivered notification or suppressed for a recorded reason",
        (*TELLING, f"{LIVING}::test_no_incident_is_lost_on_its_way_to_the_person"),
    ),
    "I17": Claim(
        "no secret in any byte written", ("invariants/test_no_secret.py::test_no_byte_that_is_written_holds_a_secret",)
    ),
    "I18": Claim(
        "a faulty service never disturbs a healthy one",
        (f"{LIVING}::test_whatever_befalls_others_the_healthy_are_asked_in_time_and_never_down",),
    ),
    "I19": Claim(
        "ids are never reused",
        (
            f"{LIVING}::test_ids_only_grow",
            "history/test_history_writer.py::test_ids_are_not_used_again_when_their_rows_are_gone",
            "history/test_history_opening.py::test_ids_after_a_lost_history_are_above_those_people_saw",
        ),
    ),
    "I20": Claim(
        "deleting a service leaves no orphan rows",
        (
            f"{LIVING}::test_what_is_remembered_of_any_life_is_whole",
            "history/test_history_registry.py::test_the_rows_of_a_service_go_with_its_own",
        ),
    ),
}
