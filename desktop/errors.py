"""What can go wrong, as codes: the sentence is made in ``desktop.ui.messages``.

Three kinds of failure: the user's (``UserError``), the world's (``ExternalError``), and ours (any
other exception: a bug). Parameters hold no personal data, keys or passphrases.
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Problem(Enum):
    """Everything the program can tell its user about a failure."""

    WRONG_PASSPHRASE = "wrong_passphrase"
    PASSPHRASE_TOO_SHORT = "passphrase_too_short"
    PASSPHRASE_COMMON = "passphrase_common"
    TOO_MANY_TRIES = "too_many_tries"
    KEY_FILE_DAMAGED = "key_file_damaged"
    KEY_FILE_ALTERED = "key_file_altered"
    KEY_FILE_MENDED = "key_file_mended"
    KEY_FILE_OLDER = "key_file_older"
    KEY_FILE_MISSING = "key_file_missing"
    REGISTER_DAMAGED = "register_damaged"
    REGISTER_MISSING = "register_missing"
    REGISTER_NEWER = "register_newer"
    REGISTER_EXISTS = "register_exists"
    REGISTER_IN_USE = "register_in_use"
    WAL_MISSING = "wal_missing"
    FILE_HELD = "file_held"
    FOLDER_NOT_WRITABLE = "folder_not_writable"
    DISK_FULL = "disk_full"
    SPACE_LOW = "space_low"
    FOLDER_ON_NETWORK = "folder_on_network"
    FOLDER_IN_CLOUD = "folder_in_cloud"
    BACKUP_FOLDER_GONE = "backup_folder_gone"
    BACKUP_FOLDER_READ_ONLY = "backup_folder_read_only"
    BACKUP_FOLDER_FULL = "backup_folder_full"
    SNAPSHOT_DAMAGED = "snapshot_damaged"
    STORE_FAILED = "store_failed"
    STORE_BUSY = "store_busy"
    NOT_ENROLLED = "not_enrolled"
    ALREADY_ENROLLED = "already_enrolled"
    BAD_CODE = "bad_code"
    BY_FILE_ONLY = "by_file_only"
    ANSWER_UNASKED = "answer_unasked"
    BAD_ADDRESS = "bad_address"
    SERVER_UNREACHABLE = "server_unreachable"
    CONNECTION_CUT = "connection_cut"
    CERTIFICATE_REJECTED = "certificate_rejected"
    NOT_OUR_SERVER = "not_our_server"
    NOT_OUR_BOX = "not_our_box"
    SERVER_FAILED = "server_failed"
    SERVER_BUSY = "server_busy"
    DEVICE_REVOKED = "device_revoked"
    PROTOCOL_MISMATCH = "protocol_mismatch"
    CHANGES_MISSING = "changes_missing"
    DIVERGED = "diverged"
    TRAINING_MISMATCH = "training_mismatch"
    COMMUNE_MISMATCH = "commune_mismatch"
    PARCEL_NO_DIRECTORY = "parcel_no_directory"
    PARCEL_RECIPIENT_UNKNOWN = "parcel_recipient_unknown"
    PARCEL_GONE = "parcel_gone"
    PARCEL_NOT_ONE = "parcel_not_one"
    PARCEL_NEWER = "parcel_newer"
    PARCEL_FOR_OTHERS = "parcel_for_others"
    PARCEL_CUT = "parcel_cut"
    PARCEL_DAMAGED = "parcel_damaged"
    PARCEL_TOO_LARGE = "parcel_too_large"
    PARCEL_FORGED = "parcel_forged"
    PARCEL_OTHER_PROVINCE = "parcel_other_province"
    PARCEL_SENDER_UNKNOWN = "parcel_sender_unknown"
    PARCEL_SENDER_REVOKED = "parcel_sender_revoked"
    PARCEL_REPLAYED = "parcel_replayed"
    PARCEL_BEHIND = "parcel_behind"
    PARCEL_SEND_AGAIN = "parcel_send_again"
    PACK_NO_KEY = "pack_no_key"
    PACK_GONE = "pack_gone"
    PACK_NOT_ONE = "pack_not_one"
    PACK_NEWER = "pack_newer"
    PACK_DAMAGED = "pack_damaged"
    PACK_TOO_LARGE = "pack_too_large"
    PACK_SIGNER_UNKNOWN = "pack_signer_unknown"
    PACK_OTHER_PROVINCE = "pack_other_province"
    PACK_OLDER = "pack_older"
    PACK_DIFFERS = "pack_differs"
    PACK_UNUSABLE = "pack_unusable"
    FILTER_NAME_TAKEN = "filter_name_taken"
    UNSENT_CHANGES = "unsent_changes"
    DRAFTS_LEFT = "drafts_left"
    NAME_MISTYPED = "name_mistyped"
    USER_EXISTS = "user_exists"
    USER_UNKNOWN = "user_unknown"
    LAST_MANAGER = "last_manager"
    NOT_MANAGER = "not_manager"
    NOT_PERMITTED = "not_permitted"
    MUST_OPEN_FIRST = "must_open_first"
    ROTATION_DUE = "rotation_due"
    CUT_SETTLED = "cut_settled"
    NOT_REMEMBERED = "not_remembered"
    CODE_MISTYPED = "code_mistyped"
    CODE_WRONG = "code_wrong"
    NO_PRINTED_CODE = "no_printed_code"
    NO_PROVINCE_KEY = "no_province_key"
    NO_REQUEST = "no_request"
    REQUEST_EXPIRED = "request_expired"
    ANSWER_OF_ANOTHER = "answer_of_another"
    GONE = "gone"
    CLASH_WAITS = "clash_waits"
    FORM_NEWER = "form_newer"
    ALREADY_ANSWERED = "already_answered"
    REASON_MISSING = "reason_missing"
    HANDED_IN = "handed_in"
    HOUSEHOLD_LIVED_IN = "household_lived_in"
    PERSON_ELSEWHERE = "person_elsewhere"
    COMMUNE_UNKNOWN = "commune_unknown"
    NAME_MISSING = "name_missing"
    EVENT_UNPAPERED = "event_unpapered"
    HOUSEHOLD_EMPTIED = "household_emptied"
    HOUSEHOLD_UNKNOWN = "household_unknown"
    PURPOSE_MISSING = "purpose_missing"
    NUMBER_WRONG = "number_wrong"
    NUMBER_TAKEN = "number_taken"
    PAPER_MISSING = "paper_missing"
    SAMPLE_UNFINISHED = "sample_unfinished"
    ANSWER_TOO_LONG = "answer_too_long"
    UNEXPECTED = "unexpected"


#: The parameter ``reason`` of ``STORE_FAILED`` when the register was closed or locked meanwhile.
CLOSED = "CLOSED"


class AppError(Exception):
    """A failure with a code and values for the sentence."""

    def __init__(self, problem: Problem, **parameters: str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.parameters = parameters


class UserError(AppError):
    """The officer can mend it now; the message stands on the page."""


class ExternalError(AppError):
    """Disk, key, server: a message and what to do."""
