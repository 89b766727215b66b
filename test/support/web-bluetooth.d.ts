/** Present in Chromium, missing in the type package. */
declare const BluetoothRemoteGATTCharacteristic: {
  readonly prototype: BluetoothRemoteGATTCharacteristic;
  new (): BluetoothRemoteGATTCharacteristic;
};
