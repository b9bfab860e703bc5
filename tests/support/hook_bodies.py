"""Bodies as tools post them to webhooks, and the lines that they are to give.

Those of Alertmanager 0.25, Apprise 2.3, slack_sdk 3.48 and curl were captured from these programs.
The others are made after the sources of the senders, which each row names.
"""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import urlencode

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class HookBody(NamedTuple):
    """A body of a sender: its type, its bytes, and the lines of it."""

    sender: str
    type: str
    body: bytes
    lines: tuple[str, ...]


def _json(sender: str, value: object, *lines: str, type: str = JSON) -> HookBody:
    return HookBody(sender, type, json.dumps(value).encode(), lines)


def _payload(sender: str, value: object, *lines: str) -> HookBody:
    return HookBody(sender, FORM, urlencode({"payload": json.dumps(value)}).encode(), lines)


_ALERT = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "instance": "db1:9100", "severity": "page"},
    "annotations": {"description": "line one\nline two <b>", "summary": "disk of db1 at 97 %"},
    "startsAt": "2026-11-28T18:09:48.188494603Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prom:9090/graph?g0.expr=x",
    "fingerprint": "b4d6630a68cc0c1c",
}
_SLACK_ALERT = {
    "title": "[FIRING:1] DiskFull (db1:9100 page)",
    "title_link": "http://am:9093/#/alerts?receiver=all",
    "text": "",
    "fallback": "[FIRING:1] DiskFull (db1:9100 page) | http://am:9093/#/alerts?receiver=all",
    "callback_id": "",
    "footer": "",
    "color": "danger",
    "mrkdwn_in": ["fallback", "pretext", "text"],
}

BODIES = (
    _json(
        "Alertmanager, slack, with its own texts",
        {
            "channel": "#ops",
            "username": "Alertmanager",
            "attachments": [
                {
                    **_SLACK_ALERT,
                    "title": "FIRING DiskFull",
                    "text": "disk of db1 at 97 % <http://127.0.0.1/g|graph>\n",
                    "fields": [{"title": "severity", "value": "page", "short": True}],
                }
            ],
        },
        "FIRING DiskFull http://am:9093/#/alerts?receiver=all",
        "disk of db1 at 97 % graph http://127.0.0.1/g",
        "severity: page",
    ),
    _json(
        "Alertmanager, slack",
        {"username": "Alertmanager", "attachments": [_SLACK_ALERT]},
        "[FIRING:1] DiskFull (db1:9100 page) http://am:9093/#/alerts?receiver=all",
    ),
    _json(
        "Alertmanager, webhook",
        {
            "receiver": "all",
            "status": "firing",
            "alerts": [_ALERT],
            "groupLabels": {"alertname": "DiskFull"},
            "commonLabels": _ALERT["labels"],
            "commonAnnotations": _ALERT["annotations"],
            "externalURL": "http://am:9093",
            "version": "4",
            "groupKey": '{}:{alertname="DiskFull"}',
            "truncatedAlerts": 0,
        },
        "[FIRING] DiskFull instance=db1:9100 severity=page",
        "disk of db1 at 97 %",
        "line one",
        "line two <b>",
        "http://prom:9090/graph?g0.expr=x",
    ),
    _json(
        "Alertmanager, discord",
        {
            "content": "",
            "embeds": [
                {
                    "title": "[FIRING:1] DiskFull (db1:9100 page)",
                    "description": "\n\nAlerts Firing:\nLabels:\n - alertname = A\nSource: x\n\n",
                    "color": 10038562,
                }
            ],
        },
        "[FIRING:1] DiskFull (db1:9100 page)",
        "Alerts Firing:",
        "Labels:",
        " - alertname = A",
        "Source: x",
    ),
    # github.com/grafana/alerting, receivers/slack/slack.go
    _json(
        "Grafana, slack",
        {
            "channel": "#ops",
            "username": "Grafana",
            "attachments": [
                {
                    "color": "#D63232",
                    "title": "[FIRING:1] High load Servers (page)",
                    "title_link": "http://grafana:3000/alerting/list",
                    "fallback": "[FIRING:1] High load Servers (page)",
                    "text": "**Firing**\n\nValue: A=3.2\nSource: http://grafana:3000/g/1/view\n",
                    "footer": "Grafana v11.2.0",
                    "footer_icon": "https://grafana.com/static/assets/img/fav32.png",
                    "ts": 1764600000,
                    "mrkdwn_in": ["pretext"],
                    "pretext": "<!here>",
                }
            ],
        },
        "@here",
        "[FIRING:1] High load Servers (page) http://grafana:3000/alerting/list",
        "**Firing**",
        "Value: A=3.2",
        "Source: http://grafana:3000/g/1/view",
        "Grafana v11.2.0",
    ),
    # github.com/grafana/alerting, receivers/webhook/webhook.go
    _json(
        "Grafana, webhook",
        {
            "receiver": "ops",
            "status": "resolved",
            "orgId": 1,
            "alerts": [
                {
                    "status": "resolved",
                    "labels": {"alertname": "High load", "team": "blue"},
                    "annotations": {"summary": "load of web1"},
                    "startsAt": "2026-11-28T18:00:00Z",
                    "endsAt": "2026-11-28T18:05:00Z",
                    "generatorURL": "http://grafana:3000/alerting/1/edit",
                    "fingerprint": "57c6d9296de2ad39",
                    "silenceURL": "http://grafana:3000/alerting/silence/new",
                    "valueString": "[ var='A' value=3.2 ]",
                    "values": {"A": 3.2},
                }
            ],
            "title": "[RESOLVED] High load (blue)",
            "state": "ok",
            "message": "**Resolved**\n...",
        },
        "[RESOLVED] High load team=blue",
        "load of web1",
        "http://grafana:3000/alerting/1/edit",
    ),
    # gitlab.com/gitlab-org/gitlab, app/models/integrations/slack_mattermost_notifier.rb
    _payload(
        "GitLab, push",
        {
            "channel": "ops",
            "username": "GitLab",
            "text": "ana pushed to branch <http://gitlab/o/p/commits/main|main> of"
            " <http://gitlab/o/p|o / p> (<http://gitlab/o/p/compare/1...2|Compare changes>)",
            "attachments": [
                {"text": "<http://gitlab/c/2|2ab3>: Fix a &lt;b&gt; &amp; c - ana", "color": "#345"}
            ],
        },
        "ana pushed to branch main http://gitlab/o/p/commits/main of o / p http://gitlab/o/p"
        " (Compare changes http://gitlab/o/p/compare/1...2)",
        "2ab3 http://gitlab/c/2: Fix a <b> & c - ana",
    ),
    _payload(
        "GitLab, pipeline",
        {
            "username": "GitLab",
            "attachments": [
                {
                    "fallback": "o / p: Pipeline #7 of branch main by ana failed in 00:10",
                    "color": "danger",
                    "author_name": "Ana (ana)",
                    "author_icon": "http://gitlab/a.png",
                    "author_link": "http://gitlab/ana",
                    "title": "Pipeline #7 has failed in 00:10",
                    "title_link": "http://gitlab/o/p/-/pipelines/7",
                    "fields": [
                        {"title": "Branch", "value": "<http://gitlab/o/p/main|main>"},
                        {"title": "Failed job", "value": "<http://gitlab/j/3|test>"},
                    ],
                    "footer": "o / p",
                    "ts": 1764600000,
                }
            ],
        },
        "Ana (ana)",
        "Pipeline #7 has failed in 00:10 http://gitlab/o/p/-/pipelines/7",
        "Branch: main http://gitlab/o/p/main",
        "Failed job: test http://gitlab/j/3",
        "o / p",
    ),
    # github.com/go-gitea/gitea, services/webhook/slack.go
    _json(
        "Gitea, push",
        {
            "channel": "ops",
            "text": "[<http://gitea/o/p|o/p>:<http://gitea/o/p/src/branch/main|main>]"
            " <http://gitea/o/p/compare/1...2|2 new commits> pushed by <http://gitea/ana|ana>",
            "username": "gitea",
            "icon_url": "",
            "unfurl_links": 0,
            "link_names": 0,
            "attachments": [
                {
                    "fallback": "",
                    "color": "#1e90ff",
                    "title": "",
                    "title_link": "",
                    "text": "<http://gitea/c/1|1ab>: a &lt; b - ana\n<http://gitea/c/2|2>: c - ana",
                }
            ],
        },
        "[o/p http://gitea/o/p:main http://gitea/o/p/src/branch/main]"
        " 2 new commits http://gitea/o/p/compare/1...2 pushed by ana http://gitea/ana",
        "1ab http://gitea/c/1: a < b - ana",
        "2 http://gitea/c/2: c - ana",
    ),
    # github.com/jenkinsci/slack-plugin, StandardSlackService.java
    _json(
        "Jenkins",
        {
            "channel": "ops",
            "attachments": [
                {
                    "fallback": "build - #7 Failure after 3 min (<http://jenkins/7/|Open>)",
                    "color": "danger",
                    "fields": [
                        {
                            "value": "build - #7 Failure after 3 min (<http://jenkins/7/|Open>)",
                            "short": False,
                        }
                    ],
                    "mrkdwn_in": ["pretext", "text", "fields"],
                }
            ],
            "link_names": "1",
            "unfurl_links": "true",
        },
        "build - #7 Failure after 3 min (Open http://jenkins/7/)",
    ),
    # github.com/louislam/uptime-kuma, server/notification-providers/slack.js
    _json(
        "Uptime Kuma, slack",
        {
            "text": "[web] [DOWN] timeout",
            "channel": "#x",
            "username": "kuma",
            "icon_emoji": None,
            "attachments": [
                {
                    "color": "#e01e5a",
                    "blocks": [
                        {"type": "header", "text": {"type": "plain_text", "text": "web"}},
                        {
                            "type": "section",
                            "fields": [
                                {"type": "mrkdwn", "text": "*Message*\n[web] [DOWN] timeout"},
                                {"type": "mrkdwn", "text": "*Time (UTC)*\n2026-11-28 18:00:00"},
                            ],
                        },
                        {
                            "type": "actions",
                            "elements": [
                                {
                                    "type": "button",
                                    "text": {"type": "plain_text", "text": "Visit Uptime Kuma"},
                                    "value": "Uptime-Kuma",
                                    "url": "http://kuma/dashboard/1",
                                }
                            ],
                        },
                    ],
                }
            ],
        },
        "[web] [DOWN] timeout",
        "web",
        "Message: [web] [DOWN] timeout",
        "Time (UTC): 2026-11-28 18:00:00",
        "Visit Uptime Kuma: http://kuma/dashboard/1",
    ),
    # the same, webhook.js
    _json(
        "Uptime Kuma, webhook",
        {
            "heartbeat": {"monitorID": 7, "status": 0, "msg": "timeout", "ping": 12},
            "monitor": {"id": 7, "name": "web", "url": "https://web/login", "description": "shop"},
            "msg": "[web] [🔴 Down] timeout",
        },
        "[web] [🔴 Down] timeout",
    ),
    # the same, discord.js
    _json(
        "Uptime Kuma, discord",
        {
            "username": "Uptime Kuma",
            "embeds": [
                {
                    "title": "❌ Your service web went down. ❌",
                    "color": 16711680,
                    "timestamp": "2026-11-28 18:00:00.000",
                    "fields": [
                        {"name": "Service Name", "value": "web"},
                        {"name": "Service URL", "value": "http://web/"},
                        {"name": "Time (UTC)", "value": "2026-11-28 18:00:00"},
                        {"name": "Error", "value": "timeout"},
                    ],
                }
            ],
        },
        "❌ Your service web went down. ❌",
        "Service Name: web",
        "Service URL: http://web/",
        "Time (UTC): 2026-11-28 18:00:00",
        "Error: timeout",
    ),
    # github.com/healthchecks/healthchecks, templates/integrations/slack_message.json
    _json(
        "Healthchecks",
        {
            "username": "Mychecks",
            "icon_url": "http://hc/icon.png",
            "attachments": [
                {
                    "color": "danger",
                    "fallback": 'The check "backup" is DOWN.',
                    "mrkdwn_in": ["fields"],
                    "title": "“backup” is DOWN.",
                    "title_link": "http://hc/cloaked/1/",
                    "fields": [
                        {"title": "Reason", "value": "success signal did not arrive on time"},
                        {"title": "Period", "value": "1 day", "short": True},
                        {"title": "Total Pings", "value": 17, "short": True},
                    ],
                }
            ],
        },
        "“backup” is DOWN. http://hc/cloaked/1/",
        "Reason: success signal did not arrive on time",
        "Period: 1 day",
        "Total Pings: 17",
    ),
    # github.com/containrrr/shoutrrr, pkg/services/mattermost and slack
    _json("shoutrrr, mattermost", {"text": "backup done", "username": "w"}, "backup done"),
    _json(
        "shoutrrr, slack",
        {
            "text": "watchtower",
            "attachments": [{"text": "updated a\nupdated b", "fallback": "", "color": ""}],
        },
        "watchtower",
        "updated a",
        "updated b",
    ),
    # github.com/slack-notifier/slack-notifier, with what implies an attachment at the top
    _payload(
        "slack-notifier",
        {
            "username": "deploy",
            "pretext": "Deploy",
            "text": "of 1.2 is done",
            "fields": [{"title": "Host", "value": "web1"}],
        },
        "Deploy",
        "of 1.2 is done",
        "Host: web1",
    ),
    # A script for Monit, with curl --data-urlencode
    _payload(
        "Monit",
        {"username": "monit", "pretext": "db1 | Wed", "color": "warning", "text": "mysql - up"},
        "db1 | Wed",
        "mysql - up",
    ),
    _json(
        "Apprise, mmost",
        {"text": "Build 17\r\nfailed\nsee log", "icon_url": "https://x/i.png", "username": "A"},
        "Build 17",
        "failed",
        "see log",
    ),
    _json(
        "Apprise, json",
        {
            "version": "1.0",
            "title": "Build 17",
            "message": "failed\nsee log",
            "attachments": [],
            "type": "info",
        },
        "Build 17",
        "failed",
        "see log",
    ),
    _json(
        "Apprise, gotify",
        {"priority": 5, "title": "Build 17", "message": "failed\nsee log"},
        "Build 17",
        "failed",
        "see log",
    ),
    HookBody(
        "Apprise, form",
        FORM,
        b"version=1.0&title=Build+17&message=failed%0Asee+log&type=info",
        ("Build 17", "failed", "see log"),
    ),
    _payload(
        "netdata",
        {"username": "netdata", "text": "form <http://n/|payload> &lt;x&gt;"},
        "form payload http://n/ <x>",
    ),
    HookBody("a script", JSON, b'{"text":"raw\nnewline"}', ("raw", "newline")),
    HookBody("curl -d text", FORM, b"disk at 97 % & rising", ("disk at 97 % & rising",)),
    HookBody("curl -d JSON", FORM, b'{"text": "hola"}', ("hola",)),
    HookBody("curl, text/plain", "text/plain", b"one\n\ntwo\n", ("one", "two")),
    HookBody("no type", "", b"one", ("one",)),
    HookBody("no type, JSON", "", b' {"content": "one"}', ("one",)),
    _json(
        "slack_sdk",
        {
            "text": "fallback",
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": "Deploy 17"}},
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": "*ok* <https://x.example|log>"},
                    "fields": [{"type": "mrkdwn", "text": "*env*\nprod"}],
                },
                {"type": "divider"},
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "text", "text": "rich "},
                                {"type": "link", "url": "https://y.example"},
                            ],
                        }
                    ],
                },
                {"type": "brand_new", "text": {"type": "mrkdwn", "text": "unknown block"}},
            ],
        },
        "Deploy 17",
        "*ok* log https://x.example",
        "env: prod",
        "rich https://y.example",
        "unknown block",
        type="application/json;charset=utf-8",
    ),
    _json("@slack/webhook", {"text": "hola"}, "hola"),
)
"""The bodies of all senders that have been looked at."""
