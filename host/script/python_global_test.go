package script

import (
	"strings"
	"testing"
)

// TestGlobal: functions give the script's variables other values, also those that equations and networks name; Python and Brian2 2.5.1 print the same.
func TestGlobal(t *testing.T) {
	got := printed(t, "global.py", `from brian2 import *
count, last = 0, None
tau = 10*ms
names = ['a']
def tick(n=count, *more):
    global count, last
    if n < 3:
        count += 1
        for last in [5, 6]:
            pass
    names.append('b')
def local(count):
    last = count
    return [count for count in [1, 2]], last, (lambda last: last*2)(4)
tick()
tick()
print(count, last, names, local(9), count, dict(count=count), [count + k for k in range(2)], sum(last for last in [1, 2]))
def slower():
    global tau, G
    tau = 20*ms
    G = NeuronGroup(1, 'dv/dt = -v/tau : 1', method='exact')
    G.v = 1
slower()
@network_operation(dt=1*ms)
def op(t):
    global count
    count = count + 1 if t < 5*ms else count
run(10*ms)
count -= 1
print('%.9f' % G.v[0], tau, count, 'count' in globals())
`)
	const want = `2 6 ["a", "b", "b"] ([1, 2], 9, 8) 2 {"count": 2} [2, 3] 3
0.606530660 20 ms 6 True
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, _, err := runText(t, "def f():\n    global x\n    x += 1\nf()\n", Options{}); err == nil || !strings.Contains(err.Error(), "global variable x referenced before assignment") {
		t.Errorf("%v", err)
	}
}
