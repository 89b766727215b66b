"""What the stand-in for bluetoothd stands on: a bus, objects with properties, and the tree of them."""

import json
import sys

import dbus
import dbus.bus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])

OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
ADAPTER, DEVICE, AGENTS = "org.bluez.Adapter1", "org.bluez.Device1", "org.bluez.AgentManager1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"
YES, NO = dbus.Boolean(True), dbus.Boolean(False)

exported = {}  # path -> Entity: what Chromium may see now


def show(**line):
    print(json.dumps(line, default=str), flush=True)


def strings(values=()):
    return dbus.Array(values, signature="s")


def octets(values):
    return dbus.Array([dbus.Byte(value) for value in values], signature="y")


def variants(values):
    return dbus.Dictionary(values, signature="sv")


def soon(milliseconds, action):
    """Runs `action` once, later."""
    GLib.timeout_add(milliseconds, lambda: bool(action()) and False)


class BluezError(dbus.DBusException):
    def __init__(self, name, message=""):
        super().__init__(message or name)
        self._dbus_error_name = "org.bluez.Error." + name


class Entity(dbus.service.Object):
    """An object of one interface, with properties."""

    def __init__(self, path, interface, **values):
        super().__init__(bus, path)
        self.path, self.interface, self.values = path, interface, values

    def update(self, **values):
        self.values.update(values)
        if self.path in exported:
            self.PropertiesChanged(self.interface, variants(values), strings())

    def appear(self):
        if self.path not in exported:
            exported[self.path] = self
            root.InterfacesAdded(self.path, {self.interface: variants(self.values)})

    def vanish(self):
        if exported.pop(self.path, None):
            root.InterfacesRemoved(self.path, strings([self.interface]))

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.values[name]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return variants(self.values)

    @dbus.service.method(PROPERTIES, in_signature="ssv")
    def Set(self, interface, name, value):
        show(call="Set", property=str(name))
        self.update(**{str(name): value})

    @dbus.service.signal(PROPERTIES, signature="sa{sv}as")
    def PropertiesChanged(self, interface, changed, invalidated):
        pass


class Root(dbus.service.Object):
    @dbus.service.method(OBJECT_MANAGER, out_signature="a{oa{sa{sv}}}")
    def GetManagedObjects(self):
        tree = {path: {entity.interface: variants(entity.values)} for path, entity in exported.items()}
        return dbus.Dictionary(tree, signature="oa{sa{sv}}")

    @dbus.service.signal(OBJECT_MANAGER, signature="oa{sa{sv}}")
    def InterfacesAdded(self, path, interfaces):
        pass

    @dbus.service.signal(OBJECT_MANAGER, signature="oas")
    def InterfacesRemoved(self, path, interfaces):
        pass


root = Root(bus, "/")
