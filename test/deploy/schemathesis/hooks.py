"""What Schemathesis cannot know about this API from its OpenAPI document."""

import atexit
import json
import os

import schemathesis

# The codes of 400 and 422 that depend on what is stored, and not on the form of the request.
DEPENDS_ON_WHAT_IS_STORED = {
    "agent_instance_not_found",
    "agent_type_required",
    "already_requires_user_input",
    "idempotency_key_reused",
    "key_not_grantable",
}
# Only the user's own id deletes the account.
NEEDS_OWN_ID = "delete_account"


# The steps that no question was made of.
STEPS = []


@schemathesis.hook
def before_call(context, case, kwargs):
    # Nobody writes to the agents of the test, so that a wait would only take time.
    for fields in (case.query, case.body):
        if isinstance(fields, dict) and is_long_wait(fields.get("wait")):
            fields["wait"] = 0
    # Most of the generated steps are refused, so that it hardly ever finds one by itself.
    if STEPS and operation_id(case) == "request_user_input" and is_valid(case):
        case.path_parameters["message_id"] = STEPS.pop()


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
        if operation_id(case) == "send_agent_message":
            STEPS.append(json.loads(response.content)["message_id"])


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
    if operation_id(case) == NEEDS_OWN_ID:
        return
    raise AssertionError(f"refused with {problem['code']}: {problem['detail']}")
