"""What Schemathesis cannot know about this API from its OpenAPI document."""

import atexit
import json
import os
import uuid

import schemathesis

# The codes of 400 and 422 that depend on what is stored, and not on the form of the request.
DEPENDS_ON_WHAT_IS_STORED = {
    "agent_instance_not_found",
    "agent_type_required",
    "already_requires_user_input",
    "idempotency_key_reused",
    "key_not_grantable",
    # Which channels there are, and what their destinations need, is in another response.
    "channel_not_found",
    "settings_do_not_fit",
}
# JSON Schema cannot say how these fields have to fit each other: options and their number, the keywords of a
# form, a default answer and its question, an address for the answer and a question. Nor which time zones there are
# (in quiet_hours), or which texts are addresses. Nor that an answer is exactly one of three. A refusal for that has
# the name of the field, or none.
FIT_EACH_OTHER = (
    *("", "options", "form", "multiple", "min", "max", "on_expiry", "default_answer", "quiet_hours"),
    "callback_url",
)
QUESTION_FIELDS = ("supersedes", "expires_in_seconds", *FIT_EACH_OTHER)
# Only the user's own id deletes the account.
NEEDS_OWN_ID = "delete_account"


# The steps that no question was made of.
STEPS = []
# Open questions with a deadline, and the instances that asked them.
QUESTIONS = []
INSTANCES = []
# The destinations that were added and not removed.
DESTINATIONS = []
# Every so many valid messages, one becomes such a question: most of the generated ones are refused.
MESSAGES_PER_QUESTION = 3
MESSAGES = []


@schemathesis.hook
def before_call(context, case, kwargs):
    # Nobody writes to the agents of the test, so that a wait would only take time.
    for fields in (case.query, case.body):
        if isinstance(fields, dict) and is_long_wait(fields.get("wait")):
            fields["wait"] = 0
    # A notification about no message has no id of one, and it takes that for an id.
    for name, value in (case.path_parameters or {}).items():
        if value in (None, "None"):
            case.path_parameters[name] = str(uuid.uuid4())
    # Most of the generated steps are refused, so that it hardly ever finds one by itself.
    if STEPS and operation_id(case) == "request_user_input" and is_valid(case):
        case.path_parameters["message_id"] = STEPS.pop()
    if operation_id(case) == "send_agent_message" and is_valid(case):
        MESSAGES.append(case.id)
        if len(MESSAGES) % MESSAGES_PER_QUESTION == 0:
            for name in QUESTION_FIELDS:
                case.body.pop(name, None)
            # An instance of its own, which no other request ends, and no key that another request has used.
            own = {"agent_instance_id": str(uuid.uuid4()), "agent_type": "schemathesis"}
            case.body.update(**own, requires_user_input=True, expires_in_seconds=600)
            case.headers.pop("Idempotency-Key", None)
    if INSTANCES and operation_id(case) == "take_pending_messages" and is_valid(case):
        case.body.pop("question_id", None)
        case.body["agent_instance_id"] = INSTANCES[-1]
    if operation_id(case) == "add_notification_destination" and is_valid(case):
        case.body = {"channel": "ntfy", "settings": {"url": "http://127.0.0.1:9/topic"}}
        case.headers.pop("Idempotency-Key", None)
    if DESTINATIONS and operation_id(case) in ON_DESTINATIONS and is_valid(case):
        case.path_parameters["destination_id"] = DESTINATIONS[-1]
        if isinstance(case.body, dict):
            case.body.pop("settings", None)
    if QUESTIONS and operation_id(case) in ON_QUESTIONS and is_valid(case):
        case.path_parameters["question_id"] = QUESTIONS.pop()
        if operation_id(case) == "answer_question":
            case.body = {"content": "Yes"}


ON_DESTINATIONS = (
    "change_notification_destination",
    "test_notification_destination",
    "remove_notification_destination",
)
ON_QUESTIONS = ("answer_question", "postpone_question", "withdraw_question")


def is_long_wait(wait):
    try:
        return not isinstance(wait, bool) and 0 < float(wait) <= 300
    except (TypeError, ValueError, OverflowError):
        return False


SUCCEEDED = set()


@schemathesis.hook
def after_call(context, case, response):
    """The report has no such list for the stateful phase."""
    # Some cases have another method, such as OPTIONS.
    if response.status_code < 300 and case.method.upper() == case.operation.method.upper():
        SUCCEEDED.add(operation_id(case))
        if operation_id(case) == "add_notification_destination":
            DESTINATIONS.append(json.loads(response.content)["id"])
        if operation_id(case) == "remove_notification_destination":
            DESTINATIONS.pop()
        if operation_id(case) == "send_agent_message":
            made = json.loads(response.content)
            is_question = case.body.get("expires_in_seconds") == 600
            (QUESTIONS if is_question else STEPS).append(made["message_id"])
            if is_question:
                INSTANCES.append(made["agent_instance_id"])


@atexit.register
def write_succeeded():
    with open(os.environ["SUCCEEDED_FILE"], "w") as file:
        json.dump(sorted(SUCCEEDED), file)


def is_valid(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def operation_id(case):
    return case.operation.definition.raw["operationId"]


@schemathesis.check
def accepts_valid_input(ctx, response, case):
    """A request that the document allows is refused only because of what is stored."""
    if not is_valid(case):
        return
    if response.status_code not in (400, 406, 413, 415, 422):
        return
    problem = json.loads(response.content)
    if problem["code"] in DEPENDS_ON_WHAT_IS_STORED:
        return
    if operation_id(case) == NEEDS_OWN_ID or is_misfit(problem):
        return
    raise AssertionError(f"refused with {problem['code']}: {problem['detail']}")


def is_misfit(problem):
    paths = [error["path"].split(".")[0] for error in problem.get("errors", [])]
    is_input = problem["code"] in ("invalid_input", "answer_does_not_fit")
    return is_input and bool(paths) and all(path in FIT_EACH_OTHER for path in paths)
