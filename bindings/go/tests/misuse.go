//go:build ignore

// Plays tests/cases/misuse.md. With an argument it is a program that another run of it started.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"math"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"graphmessage"
)

var (
	base    = os.Getenv("GRAPH_BASE_URL")
	endless = os.Getenv("GRAPH_ENDLESS_USER")
	drafts  []string
)

const token = "user-token"

// unknown is an id as Graph makes them, of no message.
var unknown = strings.Repeat("AAMk", 30)

func check(holds bool, format string, values ...any) {
	if !holds {
		panic(fmt.Sprintf(format, values...))
	}
}

func draft() string {
	taken := drafts[0]
	drafts = drafts[1:]
	return taken
}

// mails is how many have left.
func mails() int {
	reply, err := http.Get(strings.TrimSuffix(base, "/v1.0") + "/_emulator/mails")
	check(err == nil, "%v", err)
	defer reply.Body.Close()
	var left []any
	check(json.NewDecoder(reply.Body).Decode(&left) == nil, "what mails left is unreadable")
	return len(left)
}

func fault(rule string) {
	faults := strings.TrimSuffix(base, "/v1.0") + "/_emulator/faults"
	reply, err := http.Post(faults, "application/json", strings.NewReader(rule))
	check(err == nil && reply.StatusCode < 300, "%v %v", reply, err)
	reply.Body.Close()
}

func residentKB() int {
	status, _ := os.ReadFile("/proc/self/status")
	kb, _ := strconv.Atoi(regexp.MustCompile(`VmRSS:\s+(\d+)`).FindStringSubmatch(string(status))[1])
	return kb
}

func newClient(options ...graphmessage.Option) *graphmessage.Client {
	client, err := graphmessage.NewClient(append([]graphmessage.Option{graphmessage.BaseURL(base)}, options...)...)
	check(err == nil, "%v", err)
	return client
}

func withLog(log func(level int, line string)) *graphmessage.Client {
	return newClient(graphmessage.Log(log))
}

// sends checks that one mail leaves, and that the receipt says so. A call that never ends is a failure.
func sends(client *graphmessage.Client) {
	before := mails()
	receipt, err := client.Send(context.Background(), token, "", draft())
	check(err == nil, "%v", err)
	check(receipt.Evidence == graphmessage.EvidenceAccepted, "evidence is %d", receipt.Evidence)
	check(mails() == before+1, "not one mail left")
}

// refused checks that the error says that nothing was sent, and holds no token.
func refused(err error) {
	var failure *graphmessage.Error
	check(errors.As(err, &failure), "not refused: %v", err)
	local := failure.Status == graphmessage.InvalidArgument || failure.Status == graphmessage.Cancelled
	check(local && failure.Sent() == 0 && strings.HasPrefix(err.Error(), "not sent: "), "refused otherwise: %v", err)
	check(!strings.Contains(err.Error(), token), "a token is in it: %v", err)
}

// panics checks that it does, in Go's own way.
func panics(f func()) {
	defer func() { check(recover() != nil, "no panic") }()
	f()
}

// another runs this program with an argument, and returns what it said and how it ended.
func another(argument string, environment ...string) (string, int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0], argument)
	command.Env = append(os.Environ(), environment...)
	said, _ := command.CombinedOutput()
	return string(said), command.ProcessState.ExitCode()
}

// heard runs f, and returns what the standard logger was told meanwhile.
func heard(f func()) string {
	var said strings.Builder
	stdlog.SetOutput(&said)
	defer stdlog.SetOutput(os.Stderr)
	f()
	return said.String()
}

func logThrows() {
	said := heard(func() { sends(withLog(func(int, string) { panic(errors.New("the disk is full")) })) })
	check(strings.Contains(said, "the log function panicked: the disk is full"), "not shown: %q", said)
}

type hostile struct{}

func (hostile) Error() string { panic("no text") }

type leaving struct{}

func (leaving) String() string {
	runtime.Goexit()
	return ""
}

func logThrowsOdd() {
	var none *graphmessage.Error
	heard(func() {
		for _, odd := range []any{nil, 1, hostile{}, leaving{}, none, [0]int{}, func() {}} {
			sends(withLog(func(int, string) { panic(odd) }))
		}
		sends(withLog(func(int, string) { var empty map[string]int; empty["x"] = 1 }))
		sends(withLog(func(int, string) { var nothing func(); nothing() }))
		sends(withLog(nil))
	})
}

func logLeaves() {
	// What t.Fatal does.
	client := withLog(func(int, string) { runtime.Goexit() })
	sends(client)
	sends(client)
	sends(withLog(func(int, string) {
		defer func() { panic("while it leaves") }()
		runtime.Goexit()
	}))
	sends(withLog(func(int, string) {
		runtime.LockOSThread()
		runtime.Goexit()
	}))
	// Several at once, in and out of C.
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		id := draft()
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := client.Send(context.Background(), token, "", id)
			check(err == nil, "%v", err)
		}()
	}
	group.Wait()
	said, code := another("exit-in-log", "GRAPH_DRAFT="+draft())
	check(code == 7, "os.Exit in a log function ended with %d: %s", code, said)
}

func exitInLog() {
	client := withLog(func(int, string) { os.Exit(7) })
	client.Send(context.Background(), token, "", os.Getenv("GRAPH_DRAFT"))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { panic("no standard error") }

func warningThrows() {
	stdlog.SetOutput(failing{})
	defer stdlog.SetOutput(os.Stderr)
	sends(withLog(func(int, string) { panic("x") }))
}

// wrongTypes: the compiler refuses other types; these are the values that it lets through.
func wrongTypes() {
	before := mails()
	client := newClient()
	ctx := context.Background()
	for _, text := range []string{"a\x00b", "\xff", "", "x\r\ny"} {
		_, err := client.Send(ctx, text, "", "id")
		refused(err)
		_, err = client.Send(ctx, token, "", text)
		refused(err)
		_, err = graphmessage.NewClient(graphmessage.BaseURL("http:// " + text))
		refused(err)
	}
	for _, text := range []string{"a\x00b", "\xff", "x\r\ny"} {
		_, err := client.Send(ctx, token, text, "id")
		refused(err)
		_, err = client.Send(ctx, token, "", "id", graphmessage.InternetMessageID(text))
		refused(err)
	}
	for _, d := range []time.Duration{-1, math.MinInt64, math.MaxInt64} {
		_, err := client.Send(ctx, token, "", "id", graphmessage.CallTimeout(d))
		refused(err)
		_, err = graphmessage.NewClient(graphmessage.Timeout(d))
		refused(err)
	}
	noFile := graphmessage.CAFile("/nonexistent")
	for _, option := range []graphmessage.Option{graphmessage.Verify(99), graphmessage.Roots(-1), noFile} {
		_, err := graphmessage.NewClient(option)
		refused(err)
	}
	_, err := client.Send(nil, token, "", draft())
	refused(err)
	_, err = (&graphmessage.Client{}).Send(ctx, token, "", draft())
	refused(err)
	(&graphmessage.Client{}).Close()
	(&graphmessage.Client{}).Cancel()
	panics(func() { (*graphmessage.Client)(nil).Send(ctx, token, "", "id") })
	panics(func() { graphmessage.NewClient(nil) })
	panics(func() { client.Send(ctx, token, "", "id", nil) })
	check(mails() == before, "something was sent")
	sends(client)
}

func closedTwice() {
	client := withLog(func(int, string) {})
	sends(client)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			client.Close()
		}()
	}
	group.Wait()
	client.Close()
}

func usedAfterClose() {
	client := newClient()
	client.Close()
	before := mails()
	_, err := client.Send(context.Background(), token, "", draft())
	refused(err)
	_, err = client.Check(context.Background(), token, "", unknown)
	refused(err)
	client.Cancel()
	check(mails() == before, "something was sent")

	// Closed while it sends: the call goes on.
	client = newClient()
	fault(`{"on": "send", "do": "slow", "delay_ms": 500}`)
	time.AfterFunc(200*time.Millisecond, client.Close)
	sends(client)
	// And in a log function.
	client = nil
	client = withLog(func(int, string) { client.Close() })
	sends(client)
}

func dropped() {
	drop := func(turn int) int {
		for i := 0; i < 1000; i++ {
			client := withLog(func(int, string) {})
			_, err := client.Send(context.Background(), token, endless, fmt.Sprintf("dropped-%d-%d", turn, i))
			check(err == nil, "%v", err)
			if i%100 == 0 {
				runtime.GC()
			}
		}
		// What finalizers free is gone after the second.
		runtime.GC()
		time.Sleep(200 * time.Millisecond)
		debug.FreeOSMemory()
		return residentKB()
	}
	drop(0)
	before := drop(1)
	after := drop(2)
	fmt.Fprintf(os.Stderr, "dropped: %d kB, then %d kB\n", before, after)
	check(after-before < 2000, "memory grows")
}

func manySends() {
	client := withLog(func(int, string) {})
	send := func(half, sends int) int {
		for i := 0; i < sends; i += 2 {
			_, err := client.Send(context.Background(), token, endless, fmt.Sprintf("many-%d-%d", half, i))
			check(err == nil, "%v", err)
			_, err = client.Send(context.Background(), token, "", unknown)
			check(errors.Is(err, graphmessage.NotFound), "%v", err)
		}
		debug.FreeOSMemory()
		return residentKB()
	}
	before := send(1, 10000)
	after := send(2, 10000)
	fmt.Fprintf(os.Stderr, "many-sends: %d kB, then %d kB\n", before, after)
	check(after-before < 3000, "memory grows")
}

func threadEnds() {
	// The goroutine that asked is gone, and another one is told.
	client := newClient(graphmessage.Settle(500 * time.Millisecond))
	fault(`{"on": "send", "do": "slow", "delay_ms": 500}`)
	told := make(chan error, 1)
	id := draft()
	go func() {
		go func() {
			_, err := client.Send(context.Background(), token, "", id)
			told <- err
		}()
		runtime.Goexit()
	}()
	check(<-told == nil, "not told")
	// The context ends in the middle: nobody can tell, and the cause is told.
	fault(`{"on": "send", "do": "accept-then-hang"}`)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := client.Send(ctx, token, "", draft())
	var failure *graphmessage.Error
	check(errors.As(err, &failure) && failure.Sent() == -1, "%v", err)
	check(errors.Is(err, context.DeadlineExceeded), "%v has no cause", err)
	sends(client)
	// The program ends.
	fault(`{"on": "send", "do": "accept-then-hang"}`)
	began := time.Now()
	said, code := another("exit-in-flight", "GRAPH_DRAFT="+draft())
	check(code == 7 && time.Since(began) < 5*time.Second, "ended with %d: %s", code, said)
}

func exitInFlight() {
	client := newClient()
	time.AfterFunc(300*time.Millisecond, func() { os.Exit(7) })
	client.Send(context.Background(), token, "", os.Getenv("GRAPH_DRAFT"))
}

func oldLibrary() {
	said, code := another("no-client", "LD_LIBRARY_PATH="+os.Getenv("GRAPH_OLD_LIBRARY_DIR"))
	want := "not sent: libgraph_message 0.0.9 has ABI 0, and graphmessage.go needs ABI 1"
	check(code == 1 && strings.Contains(said, want), "%d: %s", code, said)
}

func noClient() {
	if _, err := graphmessage.NewClient(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func cancelledTwice() {
	client := newClient()
	before, goroutines := mails(), runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	cancel()
	for i := 0; i < 11; i++ {
		_, err := client.Send(ctx, token, "", drafts[0])
		refused(err)
		check(errors.Is(err, graphmessage.Cancelled) && errors.Is(err, context.Canceled), "%v", err)
	}
	check(mails() == before, "something was sent")

	// One serves eleven calls at once, and is cancelled twice after their end.
	ctx, cancel = context.WithCancel(context.Background())
	var group sync.WaitGroup
	for i := 0; i < 11; i++ {
		id := draft()
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := client.Send(ctx, token, "", id)
			check(err == nil, "%v", err)
		}()
	}
	group.Wait()
	cancel()
	cancel()
	client.Cancel()
	client.Cancel()
	check(mails() == before+11, "not eleven left")

	// In the middle.
	fault(`{"on": "send", "do": "hang"}`)
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, func() {
		cancel()
		cancel()
		client.Cancel()
	})
	_, err := client.Send(ctx, token, "", draft())
	var failure *graphmessage.Error
	check(errors.As(err, &failure) && failure.Sent() == -1 && errors.Is(err, context.Canceled), "%v", err)
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(100 * time.Millisecond)
	check(runtime.NumGoroutine() <= goroutines, "%d goroutines were left", runtime.NumGoroutine()-goroutines)
}

func main() {
	if len(os.Args) > 1 {
		map[string]func(){"exit-in-log": exitInLog, "exit-in-flight": exitInFlight, "no-client": noClient}[os.Args[1]]()
		return
	}
	file, err := os.Open(os.Getenv("GRAPH_DRAFTS"))
	check(err == nil, "%v", err)
	lines, _ := io.ReadAll(file)
	drafts = strings.Fields(string(lines))
	for _, row := range []struct {
		name string
		play func()
	}{
		{"log-throws", logThrows}, {"log-throws-odd", logThrowsOdd}, {"log-leaves", logLeaves},
		{"warning-throws", warningThrows}, {"wrong-types", wrongTypes}, {"closed-twice", closedTwice},
		{"used-after-close", usedAfterClose}, {"thread-ends", threadEnds}, {"old-library", oldLibrary},
		{"cancelled-twice", cancelledTwice}, {"dropped", dropped}, {"many-sends", manySends},
	} {
		// A call that never returns must not look like one that is slow.
		stuck := time.AfterFunc(100*time.Second, func() { panic(row.name + " hangs") })
		row.play()
		stuck.Stop()
		fmt.Println("ok", row.name)
	}
	fmt.Println("cannot fork: Go starts programs, and has no way to fork one")
	fmt.Println("cannot no-library: the system's loader starts no program without it, and names the file")
	fmt.Println("cannot loaded-twice: a program has one copy of a package")
}
