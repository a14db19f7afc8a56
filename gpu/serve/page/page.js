'use strict';
(() => {
  const canvas = document.getElementById('view');
  const context = canvas.getContext('2d', {alpha: false});
  const status = document.getElementById('status');
  const text = document.getElementById('text');
  const headerSize = 17;

  let socket = null;
  let ended = false;       // the simulation is over: do not connect again
  let retry = 250;         // milliseconds until the next attempt
  let frame = {width: 0, height: 0, scale: 1};
  let unanswered = [];     // frames drawn while the page was hidden
  let sent = '';           // the size that the server knows
  let hideStatus = 0;

  function say(message, forMs) {
    clearTimeout(hideStatus);
    text.replaceChildren(message);
    status.hidden = !message;
    if (forMs) hideStatus = setTimeout(() => { status.hidden = true; }, forMs);
  }

  function send(message) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function connect() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const s = new WebSocket(scheme + '//' + location.host + '/ws' + location.search);
    let opened = false;
    s.binaryType = 'arraybuffer';
    s.onopen = () => {
      opened = true;
      socket = s;
      retry = 250;
      sent = '';
      unanswered = [];
      canvas.classList.remove('lost');
      say('');
      sendSize();
    };
    s.onmessage = (e) => {
      if (typeof e.data === 'string') noticed(JSON.parse(e.data));
      else draw(s, e.data);
    };
    s.onclose = (e) => {
      if (socket === s) socket = null;
      canvas.classList.add('lost');
      if (ended) return;
      if (e.code === 1008) say('The connection was closed: ' + e.reason + '. Trying again.');
      else say('The connection is lost. Trying again.');
      setTimeout(opened ? connect : reconsider, retry);
      retry = Math.min(retry * 2, 4000);
    };
  }

  // A refused websocket does not say why it was; the page at the same address does.
  async function reconsider() {
    try {
      const answer = await fetch(location.href, {method: 'HEAD', cache: 'no-store'});
      if (answer.status === 403) {
        say('Another simulation runs here now. Open the address that galvani printed when it started.');
        return;
      }
    } catch {
      say('The connection is lost. Is galvani still running, and the tunnel to it? Trying again.');
    }
    connect();
  }

  function noticed(n) {
    switch (n.t) {
    case 'ended':
      ended = true;
      canvas.classList.add('lost');
      say('The simulation has ended: ' + n.text + '.');
      if (socket) socket.close(1000);
      break;
    case 'download': {
      const link = document.createElement('a');
      link.href = '/download/' + n.id + location.search;
      link.download = n.name;
      link.textContent = n.name;
      link.click();
      say(link, 8000);
      break;
    }
    case 'copy':
      if (navigator.clipboard) navigator.clipboard.writeText(n.text).catch(() => say('The browser does not let this page copy.', 4000));
      break;
    }
  }

  let drawing = Promise.resolve();
  function draw(s, data) {
    const view = new DataView(data);
    const kind = view.getUint8(0) === 0x4a ? 'image/jpeg' : 'image/png';
    const number = view.getBigUint64(1);
    const shape = {width: view.getUint16(9), height: view.getUint16(11), scale: view.getFloat32(13)};
    const picture = createImageBitmap(new Blob([new Uint8Array(data, headerSize)], {type: kind}));
    // One after the other: a small frame must not overtake a large one before it.
    drawing = drawing.then(async () => {
      try {
        const bitmap = await picture;
        const reshaped = frame.width !== shape.width || frame.height !== shape.height || frame.scale !== shape.scale;
        if (reshaped) {
          canvas.width = shape.width;
          canvas.height = shape.height;
          frame = shape;
          place();
        }
        context.drawImage(bitmap, 0, 0);
        bitmap.close();
        if (reshaped || kind === 'image/png') surround();
        canvas.dataset.frame = String(number);
      } finally {
        // Nobody sees a hidden page: it asks for the next frame when it is looked at again.
        if (document.hidden) unanswered.push(number);
        else answer(s, number);
      }
    }).catch(() => {});
  }

  // surround gives the page the color at the picture's corner, so that it follows the window's theme.
  function surround() {
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    document.body.style.background = `rgb(${r}, ${g}, ${b})`;
    document.documentElement.dataset.theme = 0.3 * r + 0.6 * g + 0.1 * b > 128 ? 'light' : 'dark';
  }

  function answer(s, number) {
    if (s === socket) s.send('{"t":"ack","n":' + number + '}');
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !socket) return;
    for (const number of unanswered) answer(socket, number);
    unanswered = [];
  });

  // place shows the picture as large as fits, at its own size where that is this page's.
  function place() {
    const dpr = window.devicePixelRatio || 1;
    if (!frame.width) return;
    const fit = Math.min(innerWidth / frame.width, innerHeight / frame.height);
    const exact = Math.abs(fit * dpr - 1) < 0.02;
    const k = exact ? 1 / dpr : fit;
    canvas.style.width = frame.width * k + 'px';
    canvas.style.height = frame.height * k + 'px';
    canvas.style.left = Math.max(0, Math.round((innerWidth - frame.width * k) / 2)) + 'px';
    canvas.style.top = Math.max(0, Math.round((innerHeight - frame.height * k) / 2)) + 'px';
  }

  function sendSize() {
    const dpr = window.devicePixelRatio || 1;
    const size = {t: 'size', w: Math.max(1, Math.round(innerWidth * dpr)), h: Math.max(1, Math.round(innerHeight * dpr)), scale: dpr};
    const key = JSON.stringify(size);
    if (key === sent) return;
    sent = key;
    send(size);
  }

  let sizing = 0;
  addEventListener('resize', () => {
    place();
    clearTimeout(sizing);
    sizing = setTimeout(sendSize, 120);
  });

  function mods(e) {
    return (e.shiftKey ? 1 : 0) | (e.ctrlKey ? 2 : 0) | (e.altKey ? 4 : 0) | (e.metaKey ? 8 : 0);
  }

  function at(e) {
    const r = canvas.getBoundingClientRect();
    const clamp = (v) => Math.min(Math.max(v, -100), 100);
    return {x: clamp((e.clientX - r.left) / (r.width || 1)), y: clamp((e.clientY - r.top) / (r.height || 1))};
  }

  // Movements and turns of the wheel are sent once per frame of the display.
  let moved = null, turned = null, queued = false;
  function later() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(flush);
  }
  function flush() {
    queued = false;
    if (moved) send({t: 'move', ...moved});
    if (turned) send({t: 'wheel', ...turned});
    moved = turned = null;
  }

  canvas.addEventListener('pointermove', (e) => { moved = at(e); later(); });
  canvas.addEventListener('pointerenter', () => send({t: 'enter'}));
  canvas.addEventListener('pointerleave', () => { flush(); send({t: 'leave'}); });
  // Only the first button of several comes as pointerdown, the others as movements; mouse events tell of each. A finger or a
  // pen is the left button.
  const buttons = [0, 2, 1];
  function press(e, button, down) {
    flush();
    send({t: 'button', button, down, mods: mods(e), ...at(e)});
  }
  canvas.addEventListener('pointerdown', (e) => {
    canvas.focus({preventScroll: true});
    canvas.setPointerCapture(e.pointerId);
    if (e.pointerType !== 'mouse') press(e, 0, true);
  });
  canvas.addEventListener('pointerup', (e) => { if (e.pointerType !== 'mouse') press(e, 0, false); });
  canvas.addEventListener('pointercancel', () => send({t: 'blur'}));
  let mouse = false; // a finger's taps come as mouse events too, after the pointer's own
  canvas.addEventListener('pointerdown', (e) => { mouse = e.pointerType === 'mouse'; }, true);
  canvas.addEventListener('mousedown', (e) => {
    e.preventDefault();
    if (mouse && e.button < 3) press(e, buttons[e.button], true);
  });
  addEventListener('mouseup', (e) => { if (mouse && e.button < 3) press(e, buttons[e.button], false); });
  canvas.addEventListener('contextmenu', (e) => e.preventDefault());
  canvas.addEventListener('auxclick', (e) => e.preventDefault());
  canvas.addEventListener('wheel', (e) => {
    e.preventDefault();
    // A notch is about 100 pixels, 3 lines or a page.
    const notch = [100, 3, 1][e.deltaMode] || 100;
    const limit = (v) => Math.min(Math.max(v, -50), 50);
    turned = {...at(e), dx: limit((turned ? turned.dx : 0) - e.deltaX / notch), dy: limit((turned ? turned.dy : 0) - e.deltaY / notch)};
    later();
  }, {passive: false});

  // Keys that are the browser's own: reload, tabs, tools. Ctrl and Command belong to it but for undo, redo, save, copy and paste, a rule that
  // is accepted, and steps through time and a text.
  const ours = new Set(['KeyZ', 'KeyY', 'KeyS', 'KeyC', 'KeyX', 'KeyV', 'KeyA', 'KeyQ', 'Enter', 'NumpadEnter', 'ArrowLeft',
    'ArrowRight', 'Home', 'End', 'Delete', 'Backspace', 'ControlLeft', 'ControlRight', 'MetaLeft', 'MetaRight',
    'ShiftLeft', 'ShiftRight', 'AltLeft', 'AltRight']);
  const theirs = new Set(['F5', 'F11', 'F12']);
  function mine(e) {
    if (theirs.has(e.code) || e.isComposing) return false;
    const altGraph = e.getModifierState && e.getModifierState('AltGraph');
    if (e.metaKey && e.code.startsWith('Arrow')) return false; // to the page before, on a Mac
    return !(e.ctrlKey || e.metaKey) || altGraph || ours.has(e.code);
  }
  let pasting = false;
  addEventListener('keydown', (e) => {
    if (!mine(e)) return;
    flush();
    // What is pasted arrives before the key that asks for it.
    if ((e.ctrlKey || e.metaKey) && e.code === 'KeyV') { pasting = true; return; }
    e.preventDefault();
    send({t: 'key', code: e.code, down: true, repeat: e.repeat, mods: mods(e)});
    const typed = [...e.key].length === 1 && (!(e.ctrlKey || e.metaKey) || e.getModifierState('AltGraph'));
    if (typed) send({t: 'char', char: e.key});
  });
  addEventListener('keyup', (e) => {
    if (theirs.has(e.code)) return;
    send({t: 'key', code: e.code, down: false, mods: mods(e)});
  });
  addEventListener('paste', (e) => {
    const pasted = (e.clipboardData ? e.clipboardData.getData('text/plain') : '').slice(0, 16384);
    send({t: 'paste', text: pasted});
    if (pasting) {
      send({t: 'key', code: 'KeyV', down: true, mods: 2});
      send({t: 'key', code: 'KeyV', down: false, mods: 2});
    }
    pasting = false;
    e.preventDefault();
  });
  addEventListener('blur', () => send({t: 'blur'}));

  say('Connecting.');
  canvas.focus();
  connect();
})();
