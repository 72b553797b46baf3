package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type withToken struct{}

func (withToken) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+os.Getenv("AGENT_TOKEN"))
	return http.DefaultTransport.RoundTrip(request)
}

// connectGoSDK connects with the official library.
func connectGoSDK(ctx context.Context) (caller, string, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1.0.0"}, nil)
	transport := &mcp.StreamableClientTransport{
		Endpoint:   os.Getenv("SERVER_URL") + "/mcp",
		HTTPClient: &http.Client{Transport: withToken{}},
		// By default it closes its session for ever 13 s after the server was killed. On a busy machine, the
		// server needs longer to start again.
		MaxRetries: 20,
	}
	session, err := client.Connect(ctx, transport, &mcp.ClientSessionOptions{
		ProtocolVersion: os.Getenv("MCP_REVISION"),
	})
	if err != nil {
		return nil, "", err
	}
	call := func(ctx context.Context, tool string, arguments map[string]any) (json.RawMessage, error) {
		called, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
		if err != nil {
			return nil, err
		}
		if called.IsError {
			return nil, fmt.Errorf("refused: %v", called.GetError())
		}
		return json.Marshal(called.StructuredContent)
	}
	return call, session.InitializeResult().ProtocolVersion, nil
}
