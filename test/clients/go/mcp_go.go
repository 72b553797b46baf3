package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// connectMCPGo connects with the library of mark3labs.
func connectMCPGo(ctx context.Context) (caller, string, error) {
	connection, err := transport.NewStreamableHTTP(
		os.Getenv("SERVER_URL")+"/mcp",
		transport.WithHTTPHeaders(map[string]string{"Authorization": "Bearer " + os.Getenv("AGENT_TOKEN")}),
	)
	if err != nil {
		return nil, "", err
	}
	connected := client.NewClient(connection)
	if err := connected.Start(ctx); err != nil {
		return nil, "", err
	}
	initialize := mcp.InitializeRequest{}
	initialize.Params.ClientInfo = mcp.Implementation{Name: "mcp-go", Version: "1.0.0"}
	initialize.Params.ProtocolVersion = os.Getenv("MCP_REVISION")
	initialized, err := connected.Initialize(ctx, initialize)
	if err != nil {
		return nil, "", err
	}
	call := func(ctx context.Context, tool string, arguments map[string]any) (json.RawMessage, error) {
		request := mcp.CallToolRequest{}
		request.Params.Name = tool
		request.Params.Arguments = arguments
		called, err := connected.CallTool(ctx, request)
		if err != nil {
			return nil, err
		}
		if called.IsError {
			return nil, fmt.Errorf("refused: %v", called.Content)
		}
		return json.Marshal(called.StructuredContent)
	}
	return call, initialized.ProtocolVersion, nil
}
