"""What twistd reads to offer `chat`. Every twistd on the machine imports it: keep it small."""

from twisted.application.service import ServiceMaker

chat = ServiceMaker(
    name="chatd",
    module="chatd.tap",
    description="A chat room that any terminal can join.",
    tapname="chat",
)
