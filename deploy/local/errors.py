"""Troubles of a machine: what stopped a start, said so that the person at the keyboard can mend it.

    Trouble
    ├── HomeBusy          another run holds the data folder
    ├── HomeUnusable      the data folder cannot be written or entered
    ├── NoSpace           too little room on the disk
    ├── PortTaken         somebody else listens there
    ├── ServerDied        a process of ours ended by itself; carries its last log lines
    ├── NotReady          a process runs but does not answer in time
    ├── ToolFailed        a tool that prepares a server (initdb, mvn, the Kafka formatter) gave up
    ├── ToolMissing       Java or Maven is not installed, or too old
    ├── UnknownKafka      `--kafka` names no broker
    ├── NotOurs           a broker that we did not start cannot be killed or wiped by us
    └── TopicDiffers      a topic exists with another number of partitions, or the broker refuses it

The message is the whole story: what happened, where, and what to do.
"""


class Trouble(Exception):  # noqa: N818 - the command prints it as a sentence, it is no error of the program
    """Something about this machine that a person can mend."""


class HomeBusy(Trouble):
    """Another run holds the data folder."""


class HomeUnusable(Trouble):
    """The data folder, or the way to it, does not let us in."""


class NoSpace(Trouble):
    """Too little room on the disk to start without risk."""


class PortTaken(Trouble):
    """A port that was asked for by number is in use."""


class ServerDied(Trouble):
    """A process of ours ended by itself."""


class NotReady(Trouble):
    """A process of ours runs, but does not answer in time."""


class ToolFailed(Trouble):
    """A tool that prepares a server gave up."""


class ToolMissing(Trouble):
    """A tool that has to be on the machine is not, or is too old."""


class UnknownKafka(Trouble):
    """The choice of a broker names none."""


class NotOurs(Trouble):
    """Killing or wiping is for servers that we started."""


class TopicDiffers(Trouble):
    """A topic cannot be had as declared."""
