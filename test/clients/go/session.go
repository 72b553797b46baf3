// Command client plays one session with one of the Go libraries. test/clients/session/script.ts says what must be
// printed, and when.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	// short is how long the client waits for the first answer. Nobody answers within that time.
	short = 5 * time.Second
	// long is enough for everything that comes at once, also on a busy machine.
	long = 60 * time.Second
)

// caller calls a tool and returns its structured result.
type caller func(ctx context.Context, tool string, arguments map[string]any) (json.RawMessage, error)

// result has the fields of all tools that the session reads.
type result struct {
	AgentInstanceID string `json:"agent_instance_id"`
	StepNumber      int    `json:"step_number"`
	Status          string `json:"status"`
	Answer          string `json:"answer"`
}

type agent struct {
	call       caller
	instanceID string
}

func main() {
	connect := map[string]func(context.Context) (caller, string, error){
		"go-sdk": connectGoSDK,
		"mcp-go": connectMCPGo,
	}[os.Args[1]]
	if err := play(context.Background(), connect); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, connect func(context.Context) (caller, string, error)) error {
	call, revision, err := connect(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	fmt.Println("connected", revision)
	a := agent{call: call}
	heard := bufio.NewScanner(os.Stdin)

	if err := a.logStep(ctx, "Read the code"); err != nil {
		return err
	}
	if err := a.ask(ctx, short); err != nil {
		return err
	}
	if err := hear(heard, "answered"); err != nil {
		return err
	}
	if err := a.ask(ctx, long); err != nil {
		return err
	}
	if err := hear(heard, "restarted"); err != nil {
		return err
	}
	if err := a.logStep(ctx, "Deploy"); err != nil {
		return err
	}
	if _, err := a.tool(ctx, "end_session", map[string]any{}); err != nil {
		return err
	}
	fmt.Println("ended")
	return nil
}

func (a *agent) logStep(ctx context.Context, text string) error {
	step, err := a.tool(ctx, "log_step", map[string]any{"step_description": text})
	if err != nil {
		return err
	}
	a.instanceID = step.AgentInstanceID
	fmt.Println("step", step.StepNumber)
	return nil
}

func (a *agent) ask(ctx context.Context, patience time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	question, err := a.tool(limited, "ask_question", map[string]any{"question_text": "Deploy?"})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("gave up")
		return nil
	case err == nil:
		fmt.Println("answer", cmp.Or(question.Answer, question.Status))
	}
	return err
}

// tool calls a tool with the instance id of the first call.
func (a *agent) tool(ctx context.Context, name string, arguments map[string]any) (result, error) {
	var read result
	if a.instanceID != "" {
		arguments["agent_instance_id"] = a.instanceID
	}
	structured, err := a.call(ctx, name, arguments)
	if err != nil {
		return read, fmt.Errorf("%s: %w", name, err)
	}
	return read, json.Unmarshal(structured, &read)
}

func hear(lines *bufio.Scanner, word string) error {
	if !lines.Scan() || lines.Text() != word {
		return fmt.Errorf("expected %q, heard %q", word, lines.Text())
	}
	return nil
}
