"""Webhooks of one's own, checked with the vendor's validator. Arguments: the server's URL, account, token."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator
from twilio.rest import Client

url, account, token = sys.argv[1:4]
client = Client(account, token)
client.taskrouter.base_url = url
heard = []


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        signed = RequestValidator(token).validate(here + self.path, form, self.headers["X-Twilio-Signature"])
        heard.append((self.path, form, signed))
        reply = {
            "/accept": (200, "application/json", '{"instruction": "accept"}'),
            "/later": (200, "application/json", "{}"),
            "/broken": (500, "text/html", "<h1>broken</h1>"),
            "/events": (204, "application/json", ""),
        }[self.path.split("?")[0]]
        self.send_response(reply[0])
        self.send_header("Content-Type", reply[1])
        self.send_header("Content-Length", str(len(reply[2])))
        self.end_headers()
        self.wfile.write(reply[2].encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
here = f"http://127.0.0.1:{server.server_port}"
threading.Thread(target=server.serve_forever, daemon=True).start()


def until(holds, what):
    for _ in range(200):
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within ten seconds: {what}; heard {[path for path, _, _ in heard]}")


created = client.taskrouter.v1.workspaces.create(
    friendly_name="Callbacks", event_callback_url=f"{here}/events?who=a%20b", events_filter="task.created, reservation.accepted"
)
workspace = client.taskrouter.v1.workspaces(created.sid)
available = next(it for it in workspace.activities.list() if it.available)
queue = workspace.task_queues.create(friendly_name="Everybody")
document = json.dumps({"task_routing": {"default_filter": {"queue": queue.sid}}})


def status_of_a_task(first, fallback=None):
    workflow = workspace.workflows.create(
        friendly_name=first, configuration=document, assignment_callback_url=here + first,
        **({"fallback_assignment_callback_url": here + fallback} if fallback else {}),
    )
    worker = workspace.workers.create(friendly_name=first, attributes="{}", activity_sid=available.sid)
    task = workspace.tasks.create(attributes='{"name": "Zo\\u00eb & co"}', workflow_sid=workflow.sid)
    until(lambda: any(path == (fallback or first) and form["TaskSid"] == task.sid for path, form, _ in heard), first)
    return workspace.tasks(task.sid), workspace.workers(worker.sid)


task, worker = status_of_a_task("/accept")
until(lambda: task.fetch().assignment_status == "assigned", "the callback's accept")
path, form, signed = next(it for it in heard if it[0] == "/accept")
assert signed, "the vendor's validator takes the signature"
assert json.loads(form["TaskAttributes"]) == {"name": "Zoë & co"} and form["WorkspaceSid"] == created.sid
assert {"AccountSid", "WorkflowSid", "TaskQueueSid", "WorkerSid", "WorkerAttributes", "TaskAge", "TaskPriority", "ReservationSid", "Timestamp"} <= set(form)
task.update(assignment_status="completed")
worker.update(activity_sid=created.default_activity_sid)

task, worker = status_of_a_task("/later")
time.sleep(0.2)
assert task.fetch().assignment_status == "reserved", "no instruction: the answer comes later"
task.update(assignment_status="canceled")
worker.update(activity_sid=created.default_activity_sid)

task, worker = status_of_a_task("/broken", "/accept")
until(lambda: task.fetch().assignment_status == "assigned", "the fallback's accept")
task.update(assignment_status="completed")
worker.update(activity_sid=created.default_activity_sid)

told = until(lambda: [form for path, form, _ in heard if path.startswith("/events") and form["EventType"] == "reservation.accepted"], "the event")
kinds = {form["EventType"] for path, form, _ in heard if path.startswith("/events")}
assert kinds == {"task.created", "reservation.accepted"}, kinds
assert all(signed for _, _, signed in heard), "every call is signed"
assert told[0]["ResourceType"] == "reservation" and told[0]["WorkerName"] == "/accept" and told[0]["Timestamp"].isdigit()
workspace.delete()
print("the story holds")
