#!/usr/bin/env python3
"""A stand-in for bluetoothd on a private D-Bus: what Chromium's BlueZ backend needs, and no radio.

One adapter and any number of peripherals, each with its own GATT table and its own behaviour. `fake-bluez.ts` starts
it and sends one JSON object per line: {"id": number, "do": name of a method of Commands, ...its arguments}. Each is
answered by {"done": id} or {"failed": id, "error": text}. Everything Chromium asks for is printed as {"call": name, ...}.

What the stand-in keeps apart, as the real thing does: whether the *system* holds a key for a device (Paired) and
whether the *device* holds one (peer_has_key). A secured attribute answers only when both do.
"""

import json
import sys
import threading

import dbus
import dbus.service
from gi.repository import GLib

from fake_bluez_dbus import (
    ADAPTER, AGENTS, CHARACTERISTIC, DESCRIPTOR, DEVICE, NO, SERVICE, YES, BluezError, Entity, bus, exported, octets, show,
    soon, strings)

ADAPTER_PATH = "/org/bluez/hci0"
peripherals = {}  # address -> Peripheral
agent = None  # (bus name, path) of Chromium's pairing agent


class AgentManager(Entity):
    @dbus.service.method(AGENTS, in_signature="os", sender_keyword="sender")
    def RegisterAgent(self, path, capability, sender=None):
        global agent
        agent = (sender, path)
        show(call="RegisterAgent", capability=str(capability))

    @dbus.service.method(AGENTS, in_signature="o")
    def RequestDefaultAgent(self, path):
        show(call="RequestDefaultAgent")

    @dbus.service.method(AGENTS, in_signature="o")
    def UnregisterAgent(self, path):
        show(call="UnregisterAgent")


class Adapter(Entity):
    @dbus.service.method(ADAPTER)
    def StartDiscovery(self):
        show(call="StartDiscovery")
        if not self.values["Powered"]:
            raise BluezError("NotReady", "Resource Not Ready")
        self.update(Discovering=YES)
        GLib.timeout_add(100, self.scan)

    def scan(self):
        """What advertises becomes known; each change of RSSI is an advertisement for Chromium."""
        if not self.values["Discovering"]:
            return False
        for peripheral in peripherals.values():
            if peripheral.in_range:
                peripheral.appear()
                strength = -50 if peripheral.device.values["RSSI"] != -50 else -51
                peripheral.device.update(RSSI=dbus.Int16(strength))
        return True

    @dbus.service.method(ADAPTER)
    def StopDiscovery(self):
        show(call="StopDiscovery")
        self.update(Discovering=NO)

    @dbus.service.method(ADAPTER, in_signature="a{sv}")
    def SetDiscoveryFilter(self, rules):
        pass

    @dbus.service.method(ADAPTER, in_signature="o")
    def RemoveDevice(self, path):
        show(call="RemoveDevice")
        for peripheral in peripherals.values():
            if peripheral.device.path == path:
                peripheral.forgotten_by_system()


class Device(Entity):
    peripheral = None

    @dbus.service.method(DEVICE, async_callbacks=("done", "failed"))
    def Connect(self, done, failed):
        show(call="Connect", address=self.peripheral.address)
        self.peripheral.connect(done, failed)

    @dbus.service.method(DEVICE)
    def Disconnect(self):
        show(call="Disconnect", address=self.peripheral.address)
        self.peripheral.lose_link()

    @dbus.service.method(DEVICE, async_callbacks=("done", "failed"))
    def Pair(self, done, failed):
        show(call="Pair", address=self.peripheral.address, agent=agent is not None)
        self.peripheral.pair(done, failed)

    @dbus.service.method(DEVICE)
    def CancelPairing(self):
        show(call="CancelPairing", address=self.peripheral.address)
        self.peripheral.end_pairing(BluezError("AuthenticationCanceled", "Authentication Canceled"))


class Characteristic(Entity):
    """`fail`: operation -> BlueZ error. `hold`: operations whose next call stays open. `security`: see `refusal`."""

    def __init__(self, path, peripheral, service, plan):
        self.peripheral, self.uuid = peripheral, plan["uuid"]
        self.fail, self.hold, self.security = {}, [], None
        self.obey(plan)
        super().__init__(path, CHARACTERISTIC, UUID=self.uuid, Service=dbus.ObjectPath(service), Notifying=NO,
                         Value=octets(plan["value"]), Flags=strings(plan["flags"]))

    def obey(self, plan):
        self.fail = plan.get("fail", self.fail)
        self.hold = plan.get("hold", self.hold)
        self.security = plan.get("security", self.security)

    def refusal(self, operation):
        """The error this operation meets, if any. `security` is the BlueZ error of an unsecured attempt, or
        "system-pairs": then bluetoothd raises the security itself before the browser hears of it."""
        if operation in self.fail:
            return BluezError(*self.fail[operation])
        if self.security is None or self.peripheral.secured():
            return None
        if self.security != "system-pairs":
            return BluezError(self.security, "Not paired")
        if self.peripheral.device.values["Paired"]:
            return BluezError("NotPermitted", "Not paired")
        self.peripheral.bonded()
        return None

    def perform(self, operation, done, failed, action, **more):
        show(call=operation, address=self.peripheral.address, uuid=self.uuid, **more)
        if operation in self.hold:
            self.hold.remove(operation)
            self.peripheral.open.append(failed)
            return
        error = self.refusal(operation)
        if error:
            failed(error)
            return
        result = action()
        done() if result is None else done(result)

    @dbus.service.method(CHARACTERISTIC, in_signature="a{sv}", out_signature="ay", async_callbacks=("done", "failed"))
    def ReadValue(self, options, done, failed):
        def read():
            # As bluetoothd does. Chromium takes one change per read for its echo: without this, each read would
            # swallow the next notification.
            self.update(Value=self.values["Value"])
            return self.values["Value"]

        self.perform("ReadValue", done, failed, read)

    @dbus.service.method(CHARACTERISTIC, in_signature="aya{sv}", async_callbacks=("done", "failed"))
    def WriteValue(self, value, options, done, failed):
        def write():
            self.values["Value"] = dbus.Array(value, signature="y")

        self.perform("WriteValue", done, failed, write, value=[int(octet) for octet in value])

    @dbus.service.method(CHARACTERISTIC, async_callbacks=("done", "failed"))
    def StartNotify(self, done, failed):
        self.perform("StartNotify", done, failed, lambda: self.update(Notifying=YES))

    @dbus.service.method(CHARACTERISTIC, async_callbacks=("done", "failed"))
    def StopNotify(self, done, failed):
        self.perform("StopNotify", done, failed, lambda: self.update(Notifying=NO))


class Peripheral:
    """One device: its objects on the bus and what it does."""

    def __init__(self, plan):
        self.address, self.in_range = plan["address"], plan.get("inRange", True)
        self.connect_error, self.pairing = None, {"agent": "JustWorks"}
        self.peer_has_key = plan.get("paired", False)
        self.open, self.pending_pair = [], None  # error callbacks of calls that nobody answered yet
        self.resolves, self.pending_connect = True, None
        self.path = ADAPTER_PATH + "/dev_" + self.address.replace(":", "_")
        paired = dbus.Boolean(self.peer_has_key)
        self.device = Device(
            self.path, DEVICE, Address=self.address, AddressType="random", Name=plan["name"], Alias=plan["name"],
            Appearance=dbus.UInt16(0), Class=dbus.UInt32(0), Type="LE", Paired=paired, Bonded=paired, Trusted=NO,
            Blocked=NO, LegacyPairing=NO, Connected=NO, ServicesResolved=NO, RSSI=dbus.Int16(-50),
            UUIDs=strings([service["uuid"] for service in plan["services"]]), Adapter=dbus.ObjectPath(ADAPTER_PATH))
        self.device.peripheral = self
        self.attributes, self.next_handle = [], 0x10
        self.build(plan["services"])
        if plan.get("known", True):
            self.appear()

    def handle(self):
        self.next_handle += 1
        return f"{self.next_handle:04x}"

    def build(self, services):
        for service in services:
            path = f"{self.path}/service{self.handle()}"
            self.attributes.append(Entity(path, SERVICE, UUID=service["uuid"], Primary=YES,
                                          Device=dbus.ObjectPath(self.path), Includes=dbus.Array([], signature="o")))
            for plan in service["characteristics"]:
                characteristic = Characteristic(f"{path}/char{self.handle()}", self, path, plan)
                self.attributes.append(characteristic)
                for descriptor in plan.get("descriptors", []):
                    self.attributes.append(Entity(
                        f"{characteristic.path}/desc{self.handle()}", DESCRIPTOR, UUID=descriptor,
                        Characteristic=dbus.ObjectPath(characteristic.path), Value=octets([0, 0])))

    def appear(self):
        for entity in (self.device, *self.attributes):
            entity.appear()

    def vanish(self):
        for entity in (*reversed(self.attributes), self.device):
            entity.vanish()

    def characteristic(self, uuid):
        return next(a for a in self.attributes if isinstance(a, Characteristic) and a.uuid == uuid)

    def secured(self):
        return bool(self.device.values["Paired"]) and self.peer_has_key

    def bonded(self):
        self.peer_has_key = True
        self.device.update(Paired=YES, Bonded=YES)

    def connect(self, done, failed):
        if self.path not in exported:
            failed(dbus.DBusException(name="org.freedesktop.DBus.Error.UnknownObject"))
            return
        if self.connect_error == "hold":
            self.connect_error = None
            self.pending_connect = failed
            return
        if self.connect_error or not self.in_range:
            failed(BluezError(*(self.connect_error or ["Failed", "le-connection-abort-by-local"])))
            return

        self.resolves = True

        def connected():
            self.device.update(Connected=YES)
            done()
            soon(30, resolved)  # discovery ends later, as with a real link

        def resolved():
            if self.resolves and self.device.values["Connected"]:
                self.device.update(ServicesResolved=YES)

        soon(20, connected)

    def lose_link(self):
        failed, self.pending_connect = self.pending_connect, None
        if failed:
            failed(BluezError("Failed", "le-connection-abort-by-local"))
        self.device.update(Connected=NO, ServicesResolved=NO)
        waiting, self.open = self.open, []

        def answer():
            for failed in waiting:
                failed(BluezError("Failed", "Link lost"))
            self.end_pairing(BluezError("ConnectionAttemptFailed", "Page Timeout"))

        soon(20, answer)

    def forgotten_by_system(self):
        """What "remove device" in the system's settings does: the key and the object go; a scan finds it again."""
        self.lose_link()
        self.device.update(Paired=NO, Bonded=NO)
        self.vanish()

    def end_pairing(self, error):
        failed, self.pending_pair = self.pending_pair, None
        if failed:
            failed(error)

    def pair(self, done, failed):
        if self.device.values["Paired"]:
            failed(BluezError("AlreadyExists", "Already Exists"))
            return
        if "error" in self.pairing:
            failed(BluezError(*self.pairing["error"]))
            return
        method = self.pairing["agent"]
        if method == "JustWorks":
            self.bonded()
            done()
            return
        self.pending_pair = failed
        if method != "hold":
            self.ask_agent(method, done)

    def ask_agent(self, method, done):
        if not agent:
            self.end_pairing(BluezError("AuthenticationFailed", "No agent"))
            return

        def accepted(*answer):
            show(call="agent accepted", method=method)
            # Showing a passkey is not an answer: the device has to type it, which here it never does.
            if self.pending_pair and method != "DisplayPasskey":
                self.pending_pair = None
                self.bonded()
                done()

        def refused(error):
            show(call="agent refused", method=method, error=error.get_dbus_name())
            rejected = error.get_dbus_name().endswith("Rejected")
            self.end_pairing(BluezError("AuthenticationRejected" if rejected else "AuthenticationCanceled"))

        device, number = dbus.ObjectPath(self.path), dbus.UInt32(123456)
        arguments = {"RequestConfirmation": (device, number), "DisplayPasskey": (device, number, dbus.UInt16(0))}
        proxy = dbus.Interface(bus.get_object(*agent, introspect=False), "org.bluez.Agent1")
        getattr(proxy, method)(*arguments.get(method, (device,)),
                               reply_handler=accepted, error_handler=refused, timeout=3)


class Commands:
    """What a test may ask for; argument names are those of `fake-bluez.ts`."""

    def add(self, device):
        peripherals[device["address"]] = Peripheral(device)

    def behave(self, address, connect=None, pairing=None, inRange=None):
        peripheral = peripherals[address]
        if connect is not None:
            peripheral.connect_error = connect or None
        if pairing is not None:
            peripheral.pairing = pairing
        if inRange is not None:
            peripheral.in_range = inRange

    def characteristic(self, address, uuid, plan):
        peripherals[address].characteristic(uuid).obey(plan)

    def notify(self, address, uuid, value):
        peripherals[address].characteristic(uuid).update(Value=octets(value))

    def services(self, address, services):
        peripheral = peripherals[address]
        for entity in reversed(peripheral.attributes):
            entity.vanish()
            entity.remove_from_connection()
        peripheral.attributes = []
        peripheral.build(services)
        peripheral.device.update(UUIDs=strings([service["uuid"] for service in services]))
        peripheral.appear()

    def lose(self, address):
        peripherals[address].lose_link()

    def unresolve(self, address):
        peripherals[address].resolves = False
        peripherals[address].device.update(ServicesResolved=NO)

    def peerForgets(self, address):
        peripherals[address].peer_has_key = False

    def systemForgets(self, address):
        peripherals[address].forgotten_by_system()

    def power(self, on):
        adapter.update(Powered=dbus.Boolean(on))

    def present(self, there):
        if there:
            adapter.appear()
        else:
            adapter.vanish()

    def announceAgents(self):
        agents.vanish()
        agents.appear()


def obey(line):
    command = json.loads(line)
    identifier, name = command.pop("id"), command.pop("do")
    try:
        getattr(commands, name)(**command)
        show(done=identifier)
    except Exception as error:  # the test that sent it must hear of it, whatever it was
        show(failed=identifier, error=f"{type(error).__name__}: {error}")
    return False


def listen():
    for line in sys.stdin:
        GLib.idle_add(obey, line)
    GLib.idle_add(loop.quit)


commands = Commands()
agents = AgentManager("/org/bluez", AGENTS)
adapter = Adapter(
    ADAPTER_PATH, ADAPTER, Address="00:11:22:33:44:55", AddressType="public", Name="hci0", Alias="hci0",
    Class=dbus.UInt32(0), Powered=YES, Discoverable=NO, Pairable=YES, PairableTimeout=dbus.UInt32(0),
    DiscoverableTimeout=dbus.UInt32(0), Discovering=NO, UUIDs=strings(), Modalias="usb:v1D6Bp0246d0542",
    Roles=strings(["central", "peripheral"]))
agents.appear()
adapter.appear()
loop = GLib.MainLoop()
bus.request_name("org.bluez")
threading.Thread(target=listen, daemon=True).start()
show(ready=True)
loop.run()
