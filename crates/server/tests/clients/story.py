"""The story with the `twilio` package of PyPI, which nobody here wrote. Arguments: the server's URL, account, token."""

import sys

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

url, account, token = sys.argv[1:4]
client = Client(account, token)
client.taskrouter.base_url = url
taskrouter = client.taskrouter.v1


def refused(status, code, act):
    try:
        act()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code, error.msg)
        return error.msg
    raise AssertionError("it was not refused")


created = taskrouter.workspaces.create(friendly_name="Customer Care", template="NONE")
workspace = taskrouter.workspaces(created.sid)
assert [it.friendly_name for it in workspace.activities.list()] == ["Offline", "Available", "Unavailable"]
assert created.date_created.tzinfo is not None and created.default_activity_name == "Offline"
idle = workspace.activities.create(friendly_name="Idle", available=True)
assert idle.available is True

spanish = workspace.task_queues.create(friendly_name="Spanish", target_workers='languages HAS "es"')
english = workspace.task_queues.create(friendly_name="English", target_workers='languages HAS "en"')
assert spanish.task_order == "FIFO" and spanish.reservation_activity_sid is None

configuration = """{"task_routing": {"filters": [
    {"filter_friendly_name": "Spanish", "expression": "selected_language == 'es'", "targets": [{"queue": "%s"}]}
], "default_filter": {"queue": "%s"}}}""" % (spanish.sid, english.sid)
workflow = workspace.workflows.create(friendly_name="Incoming", configuration=configuration, task_reservation_timeout=60)
assert workflow.task_reservation_timeout == 60 and spanish.sid in workflow.configuration

alice = workspace.workers.create(friendly_name="Alice", attributes='{"languages": ["en", "es"]}')
bob = workspace.workers.create(friendly_name="Bob", attributes='{"languages": ["en"]}', activity_sid=idle.sid)
assert alice.activity_name == "Offline" and not alice.available and bob.available
assert len(workspace.workers(alice.sid).worker_channels.list()) == 5
message = refused(400, 20001, lambda: workspace.workers.create(friendly_name="ALICE"))
assert "ALICE" in message, message

task = workspace.tasks.create(attributes='{"selected_language": "es"}', workflow_sid=workflow.sid)
assert (task.assignment_status, task.task_queue_friendly_name, task.priority) == ("pending", "Spanish", 0)
assert task.attributes == '{"selected_language":"es"}', task.attributes

workspace.workers(alice.sid).update(activity_sid=idle.sid)
reservations = workspace.tasks(task.sid).reservations.list()
assert [it.reservation_status for it in reservations] == ["pending"] and reservations[0].worker_name == "Alice"
reservation = workspace.workers(alice.sid).reservations(reservations[0].sid).update(reservation_status="accepted")
assert reservation.reservation_status == "accepted"
assert workspace.tasks(task.sid).fetch().assignment_status == "assigned"
message = refused(400, 20001, lambda: workspace.workers(alice.sid).reservations(reservation.sid).update(reservation_status="accepted"))

wrapping = workspace.tasks(task.sid).update(assignment_status="wrapping", reason="said goodbye")
assert wrapping.assignment_status == "wrapping"
completed = workspace.tasks(task.sid).update(assignment_status="completed", reason="solved")
assert completed.reason == "solved"
message = refused(400, 20001, lambda: workspace.tasks(task.sid).update(assignment_status="completed"))
assert message.endswith("because it is not currently assigned."), message

# Optimistic updates.
other = workspace.tasks.create(attributes='{"n": 1}', workflow_sid=workflow.sid, priority=7)
updated = workspace.tasks(other.sid).update(attributes='{"n": 2}')
refused(412, 20412, lambda: workspace.tasks(other.sid).update(attributes='{"n": 3}', if_match="77"))

# Lists, in pages whose links lead back here.
sids = [workspace.tasks.create(attributes='{"n": %d}' % n, workflow_sid=workflow.sid).sid for n in range(25)]
listed = workspace.tasks.list(page_size=10)
assert [it.sid for it in listed][-25:] == sids, len(listed)
assert len(workspace.tasks.list(page_size=10, limit=15)) == 15
assert len(workspace.tasks.list(assignment_status=["pending", "reserved"])) == 26
assert [it.sid for it in workspace.tasks.list(evaluate_task_attributes="n == 5")] == [sids[5]]
assert workspace.tasks.list(ordering="Priority:desc", limit=1)[0].sid == other.sid
assert [it.friendly_name for it in workspace.workers.list(target_workers_expression='languages HAS "es"')] == ["Alice"]
assert [it.friendly_name for it in workspace.task_queues.list(evaluate_worker_attributes='{"languages": ["es"]}')] == ["Spanish"]

# Figures.
now = workspace.real_time_statistics().fetch()
assert now.total_workers == 2 and now.tasks_by_priority == {"0": 25, "7": 1}, now.tasks_by_priority
both = workspace.statistics().fetch()
assert both.cumulative["tasks_completed"] == 1 and both.cumulative["reservations_accepted"] == 1
queue = workspace.task_queues(spanish.sid).real_time_statistics().fetch()
assert queue.total_eligible_workers == 1, queue.total_eligible_workers
workers = workspace.workers.statistics().fetch()
assert {row["friendly_name"] for row in workers.cumulative["activity_durations"]} >= {"Idle", "Offline"}
narrowed = workspace.workers.statistics().fetch(task_queue_sid=spanish.sid)
assert narrowed.realtime["total_workers"] == 1 and narrowed.cumulative["reservations_accepted"] == 1
bobs = workspace.workers.statistics().fetch(friendly_name="Bob")
assert bobs.realtime["total_workers"] == 1 and bobs.cumulative["reservations_accepted"] == 0
assert workspace.workers(alice.sid).statistics().fetch().cumulative["reservations_accepted"] == 1
assert len(workspace.task_queues.statistics.list()) == 2
assert workspace.workflows(workflow.sid).cumulative_statistics().fetch().tasks_entered == 27

# Events.
kinds = [it.event_type for it in workspace.events.list(task_sid=task.sid)]
assert kinds[0] == "reservation.completed" and kinds[-1] == "task.created", kinds
event = workspace.events.list(event_type="task.completed")[0]
assert event.event_data["task_completed_reason"] == "solved" and event.resource_type == "task"
assert workspace.events(event.sid).fetch().sid == event.sid

# A channel by its name, an unknown one, and the end.
voice = workspace.task_channels("voice").fetch()
channel = workspace.workers(alice.sid).worker_channels("voice").update(capacity=3)
assert channel.configured_capacity == 3 and voice.unique_name == "voice"
message = refused(404, 20404, lambda: workspace.tasks("WT" + "0" * 32).fetch())
assert message.endswith("was not found"), message
refused(409, 20409, lambda: workspace.task_queues(spanish.sid).delete())
stranger = Client(account, "wrong")
stranger.taskrouter.base_url = url
refused(401, 20003, lambda: stranger.taskrouter.v1.workspaces(created.sid).fetch())
assert workspace.delete() is True
assert created.sid not in [it.sid for it in taskrouter.workspaces.list()]
print("the story holds")
